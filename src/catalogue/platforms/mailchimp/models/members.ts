import type { ModelDefinition } from '../../../schema/models.ts'
import { instant, read } from '../../read-fields.ts'

/** Ordered by the time of the last change, so that what changes meanwhile comes again at the end. */
export const members = {
  collection: 'members',
  summary: 'People of an audience',
  docs: 'https://mailchimp.com/developer/marketing/api/list-members/list-members-info/',
  asks: [
    {
      name: 'list',
      label: 'Audience',
      help: 'Its ID: Audience, Settings, Audience name and defaults',
      pattern: '^[0-9a-f]{10}$',
    },
  ],
  id: 'id',
  updatedAt: { path: 'last_changed', format: 'iso' },
  gone: [{ path: 'status', equals: 'archived' }],
  list: {
    kind: 'offset',
    path: '/lists/{list}/members',
    query: { sort_field: 'last_changed', sort_dir: 'ASC' },
    page: 500,
    param: 'offset',
    limitParam: 'count',
    first: 0,
    items: 'members',
  },
  changedSince: { kind: 'param', param: 'since_last_changed', format: 'iso', deletions: false },
  read: { path: '/lists/{list}/members/{id}' },
  fields: [
    ['email', 'email_address', read],
    ['givenName', 'merge_fields.FNAME', read],
    ['familyName', 'merge_fields.LNAME', read],
    ['phone', 'merge_fields.PHONE', read],
    ['status', 'status', read],
    ['list', 'list_id', read],
    ['tags', 'tags[].name', read],
    ['joinedAt', 'timestamp_opt', instant],
  ],
} satisfies ModelDefinition
