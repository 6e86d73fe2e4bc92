import type { WebhookDefinition } from '../../schema/webhooks.ts'

export const webhooks = {
  docs: 'https://docs.datadoghq.com/integrations/webhooks/',
  register:
    'Choose a secret and give it to the app here. In Datadog, Integrations, Webhooks, keep it in a hidden custom variable such as `$CAUSEWAY`, ' +
    'and make a webhook with the webhook URL and the custom headers `{"Authorization": "Bearer $CAUSEWAY"}`. Leave the payload as it is, or keep ' +
    '`"id": "$ID"`, `"event_type": "$EVENT_TYPE"` and `"last_updated": "$LAST_UPDATED"` in yours. Name it in monitors as `@webhook-…`.',
  scheme: { kind: 'shared-token', in: { header: 'authorization', prefix: 'Bearer ' } },
  // A user and a password in the webhook's address.
  otherSchemes: [{ kind: 'basic' }],
  shapes: [
    {
      type: { path: 'event_type' },
      deliveryId: { joined: [{ path: 'id' }, { path: 'last_updated' }] },
      // The number of the organisation is not the id by which its API knows it.
      account: [],
      withoutAccount: 'only-connection',
    },
  ],
  triggers: {
    metric_alert_monitor: { description: 'A monitor of a metric changed its state' },
    query_alert_monitor: { description: 'A monitor of a query changed its state' },
    service_check: { description: 'A monitor of a service check changed its state' },
    event_alert: { description: 'A monitor of events changed its state' },
    event_v2_alert: { description: 'A monitor of events changed its state' },
    log_alert: { description: 'A monitor of logs changed its state' },
    trace_analytics_alert: { description: 'A monitor of traces changed its state' },
    error_tracking_alert: { description: 'A monitor of errors changed its state' },
    composite_monitor: { description: 'A composite monitor changed its state' },
    slo_alert: { description: 'A service level objective is at risk' },
    synthetics_alert: { description: 'A synthetic test changed its state' },
  },
} satisfies WebhookDefinition
