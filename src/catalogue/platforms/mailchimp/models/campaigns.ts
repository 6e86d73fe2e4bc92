import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant, read } from '../../read-fields.ts'

export const campaigns = {
  collection: 'campaigns',
  summary: 'Campaigns that are written, planned and sent',
  docs: 'https://mailchimp.com/developer/marketing/api/campaigns/list-campaigns/',
  id: 'id',
  list: {
    kind: 'offset',
    path: '/campaigns',
    query: { sort_field: 'create_time', sort_dir: 'ASC' },
    page: 500,
    param: 'offset',
    limitParam: 'count',
    first: 0,
    items: 'campaigns',
  },
  read: { path: '/campaigns/{id}' },
  fields: [
    ['name', 'settings.title', read],
    ['subject', 'settings.subject_line', read],
    ['type', 'type', read],
    ['status', 'status', read],
    ['list', 'recipients.list_id', read],
    ['sent', 'emails_sent', decimal],
    ['url', 'archive_url', read],
    ['createdAt', 'create_time', instant],
    ['sentAt', 'send_time', instant],
  ],
} satisfies ModelDefinition
