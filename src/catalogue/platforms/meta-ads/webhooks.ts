import type { WebhookDefinition } from '../../schema/webhooks.ts'
import { signed } from '../meta-webhooks.ts'

export const webhooks = {
  docs: 'https://developers.facebook.com/documentation/ads-commerce/marketing-api/ads-webhooks/ads-webhooks-overview',
  register:
    'Choose a verify token and give it to the app here as its webhook secret. In the App Dashboard, Webhooks, choose Ad Account, paste the ' +
    'webhook URL and the verify token, and subscribe to fields. Then call `POST /{act_…}/subscribed_apps` through the connection of each ' +
    'ad account, by a person who may manage it.',
  ...signed,
  shapes: [
    {
      each: 'entry[].changes[]',
      type: { path: 'entry[].changes[].field' },
      account: [{ path: 'entry[].id', pattern: '^([0-9]+)$', prefix: 'act_' }],
    },
  ],
  triggers: {
    // What the field `effective_status` tells comes as this one.
    field_changed: { description: 'The delivery status of a campaign, ad set or ad changed' },
    subscriptions: { description: 'What a subscription of the ad account watches has happened' },
    with_issues_ad_objects: { description: 'A campaign, ad set or ad has got issues' },
    in_process_ad_objects: { description: 'A campaign, ad set or ad was processed' },
    ad_recommendations: { description: 'There are new recommendations for ads' },
    creative_fatigue: { description: 'People have seen an ad too often, or no longer' },
    product_set_issue: { description: 'A set of products has issues that touch ads' },
  },
} satisfies WebhookDefinition
