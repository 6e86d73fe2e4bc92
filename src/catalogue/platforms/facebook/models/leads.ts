import type { ModelDefinition } from '../../../schema/models.ts'
import { instant, read } from '../../read-fields.ts'

/**
 * A lead does not change, and can be read for 90 days: what is no longer listed is not gone. A page's forms are filled in on
 * Instagram as well: `source` says where, `fb` or `ig`.
 */
export const leads = {
  collection: 'leads',
  kind: 'append',
  summary: 'What people have filled in in a form of lead ads, on Facebook or Instagram, in the last 90 days',
  docs: 'https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving',
  asks: [
    {
      name: 'form',
      label: 'Form',
      help: 'Its ID: Meta Business Suite, All tools, Instant forms',
      pattern: '^[0-9]{5,25}$',
    },
  ],
  id: 'id',
  list: {
    kind: 'address',
    path: '/{form}/leads',
    query: { fields: 'id,created_time,ad_id,ad_name,campaign_id,campaign_name,form_id,platform,is_organic,field_data' },
    page: 100,
    limitParam: 'limit',
    items: 'data',
    next: 'paging.next',
  },
  changedSince: {
    kind: 'list',
    deletions: false,
    list: {
      kind: 'address',
      path: '/{form}/leads',
      query: {
        fields: 'id,created_time,ad_id,ad_name,campaign_id,campaign_name,form_id,platform,is_organic,field_data',
      },
      page: 100,
      limitParam: 'limit',
      items: 'data',
      next: 'paging.next',
    },
    since: {
      param: 'filtering',
      format: 'unix-seconds',
      template: '[{"field":"time_created","operator":"GREATER_THAN","value":{since}}]',
    },
  },
  fields: [
    ['displayName', 'field_data.[name=full_name].values.0', read],
    ['givenName', 'field_data.[name=first_name].values.0', read],
    ['familyName', 'field_data.[name=last_name].values.0', read],
    ['companyName', 'field_data.[name=company_name].values.0', read],
    ['email', 'field_data.[name=email].values.0', read],
    ['phone', 'field_data.[name=phone_number].values.0', { only: 'read', transform: { kind: 'phone' } }],
    ['campaign', 'campaign_name', read],
    ['ad', 'ad_name', read],
    ['form', 'form_id', read],
    ['source', 'platform', read],
    ['createdAt', 'created_time', instant],
  ],
} satisfies ModelDefinition
