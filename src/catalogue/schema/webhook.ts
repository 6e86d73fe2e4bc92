import type { Lifetime } from './auth.ts'

/** How a platform signs its webhooks, what it tells in them and whose account they are about. */
export interface WebhookDefinition {
  /** The platform's page that this follows. */
  docs: string
  scheme: WebhookScheme
  /**
   * Where things stand in a delivery: platforms change their format over years. The first shape that fits one of its items
   * is taken; items that it does not fit are kept as `unknown`.
   */
  shapes: WebhookShape[]
  /** How the platform makes sure that the address is ours before it sends anything. */
  challenge?: WebhookChallenge
  /** The largest body it sends, in bytes; 2 MiB unless given. */
  bodyLimit?: number
  /** The event types it can send, with what each tells. Others are taken all the same. */
  triggers: Record<string, WebhookTrigger>
}

export interface WebhookTrigger {
  description: string
  /** The model that has changed: syncs of it run at once. */
  model?: string
}

/** How the sender is proved to know the app's webhook secret. All are HMAC-SHA256 over the raw bytes but the last. */
export type WebhookScheme =
  /** Over the body; `prefix` stands before the signature, such as `sha256=`. */
  | { kind: 'hmac-sha256'; header: string; encoding: SignatureEncoding; prefix?: string }
  /** Over a text made of the timestamp's header and the body. */
  | {
      kind: 'hmac-sha256-timestamp'
      header: string
      encoding: SignatureEncoding
      prefix?: string
      timestampHeader: string
      timestampIn: 'seconds' | 'milliseconds'
      /** What is signed, with `{timestamp}` and `{body}` in it. */
      signed: `${string}{timestamp}${string}{body}` | `{body}{timestamp}`
      tolerance: Lifetime
    }
  /** Timestamp and hex signatures as `name=value` elements of one header; `{timestamp}.{body}` is signed. */
  | { kind: 'hmac-sha256-elements'; header: string; timestamp: string; signature: string; tolerance: Lifetime }
  /** https://www.standardwebhooks.com, with `webhook-…` headers, or `svix-…` as its predecessor has them. */
  | { kind: 'standard-webhooks'; headers: 'webhook' | 'svix'; tolerance: Lifetime }
  /** The secret itself, in a header. */
  | { kind: 'shared-token'; header: string }

export type SignatureEncoding = 'hex' | 'base64'

/**
 * Where a delivery holds what. Paths are dotted, from the body's root; `[]` goes through an array, and a path that goes
 * through the same array as `each` stays within the same item.
 */
export interface WebhookShape {
  /** One event for each thing found here; the whole body is one event when absent. */
  each?: string
  type: WebhookField | WebhookTypeParts
  /** The platform's id of the event or delivery; the content's hash when absent. */
  deliveryId?: WebhookField
  /** The account it is about: the first of these that is there. */
  account: WebhookField[]
  /** When none is there: nobody's, or the app's one connection where it has just one. */
  withoutAccount?: 'unmatched' | 'only-connection'
}

export type WebhookField = { header: string } | { path: string; pattern?: string }

/** A type put together from several members, joined by dots, in lower case, with some words replaced. */
export interface WebhookTypeParts {
  paths: string[]
  words: Record<string, string>
}

/** Handshakes. What is echoed is bounded, and is answered as plain text or as a JSON member of that name. */
export type WebhookChallenge =
  /** A signed POST whose body says that it is one. */
  | { kind: 'body'; when: { path: string; equals: string }; echo: string; as: 'text' | { json: string } }
  /** A request with the challenge in its query; `token` names the parameter that must hold the webhook secret. */
  | { kind: 'query'; method: 'GET' | 'POST'; echo: string; token?: string }
