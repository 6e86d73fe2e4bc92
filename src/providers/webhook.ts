/** How a platform signs its webhooks and whose account they are about. */
export interface WebhookDefinition {
  scheme: WebhookScheme
}

export type WebhookScheme = { kind: 'hmac-sha256'; encoding: 'base64' | 'hex'; header: string; prefix?: string }
