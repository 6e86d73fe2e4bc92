import type { ModelDefinition } from '../../../schema/models.ts'
import { date, decimal, instant, read } from '../../read-fields.ts'

export const issues = {
  collection: 'issues',
  summary: 'Issues of a project',
  docs: 'https://docs.gitlab.com/api/issues/#list-project-issues',
  asks: [
    {
      name: 'project',
      label: 'Project',
      help: 'Its number, or its path with that of its group, such as group/name',
      pattern: '^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,20}$',
    },
  ],
  // The number within the project: by the other one nothing is read.
  id: 'iid',
  updatedAt: { path: 'updated_at', format: 'iso' },
  list: {
    kind: 'link',
    path: '/projects/{project}/issues',
    query: { scope: 'all', order_by: 'created_at', sort: 'asc', pagination: 'keyset' },
    page: 100,
    limitParam: 'per_page',
  },
  changedSince: { kind: 'param', param: 'updated_after', format: 'iso', deletions: false },
  read: { path: '/projects/{project}/issues/{id}' },
  fields: [
    ['title', 'title', read],
    ['description', 'description', read],
    ['status', 'state', { only: 'read', transform: { kind: 'enum', values: { open: 'opened', closed: 'closed' } } }],
    ['assignee', 'assignee.username', read],
    ['labels', 'labels', read],
    ['number', 'iid', decimal],
    ['url', 'web_url', read],
    ['dueDate', 'due_date', date],
    ['createdAt', 'created_at', instant],
    ['updatedAt', 'updated_at', instant],
    ['closedAt', 'closed_at', instant],
  ],
} satisfies ModelDefinition
