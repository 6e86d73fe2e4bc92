import type { ModelDefinition } from '../../../schema/models.ts'
import { date, instant, read } from '../../read-fields.ts'

const opt_fields = [
  ...['name', 'notes', 'completed', 'completed_at', 'due_on', 'created_at', 'modified_at', 'permalink_url'],
  ...['assignee.name', 'tags.name'],
].join(',')

export const tasks = {
  collection: 'tasks',
  summary: 'Tasks of a project, without those within them',
  docs: 'https://developers.asana.com/reference/gettasks',
  asks: [{ name: 'project', label: 'Project', help: 'The number in its address', pattern: '^[0-9]{5,25}$' }],
  id: 'gid',
  updatedAt: { path: 'modified_at', format: 'iso' },
  list: {
    kind: 'cursor',
    path: '/tasks',
    query: { project: '{project}', opt_fields },
    page: 100,
    param: 'offset',
    limitParam: 'limit',
    items: 'data',
    next: { from: 'path', path: 'next_page.offset' },
    end: 'no-cursor',
  },
  changedSince: { kind: 'param', param: 'modified_since', format: 'iso', deletions: false },
  read: { path: '/tasks/{id}', query: { opt_fields }, item: 'data' },
  fields: [
    ['title', 'name', read],
    ['description', 'notes', read],
    ['status', 'completed', { only: 'read', transform: { kind: 'enum', values: { open: false, closed: true } } }],
    ['assignee', 'assignee.name', read],
    ['labels', 'tags[].name', read],
    ['url', 'permalink_url', read],
    ['dueDate', 'due_on', date],
    ['createdAt', 'created_at', instant],
    ['updatedAt', 'modified_at', instant],
    ['closedAt', 'completed_at', instant],
  ],
} satisfies ModelDefinition
