import type { ModelDefinition } from '../../../schema/models.ts'
import { date, instant, read } from '../../read-fields.ts'

const fields = [
  ...['summary', 'description', 'status', 'priority', 'assignee', 'labels', 'duedate', 'created', 'updated'],
  ...['resolutiondate', 'project'],
]

/** Version 2 writes descriptions as text, where version 3 has documents. */
const search = {
  kind: 'cursor',
  path: '/rest/api/2/search/jql',
  page: 100,
  param: 'nextPageToken',
  limitParam: 'maxResults',
  items: 'issues',
  next: { from: 'path', path: 'nextPageToken' },
  end: 'no-cursor',
} as const

export const issues = {
  collection: 'issues',
  summary: 'Issues of a project',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/',
  asks: [{ name: 'project', label: 'Project', help: 'Its key, such as CROSS', pattern: '^[A-Z][A-Z0-9_]{1,30}$' }],
  id: 'id',
  updatedAt: { path: 'fields.updated', format: 'iso' },
  list: { ...search, body: { jql: 'project = "{project}" ORDER BY id ASC', fields } },
  // It looks at whole minutes, and milliseconds name one wherever the person is.
  changedSince: {
    kind: 'list',
    deletions: false,
    list: { ...search, body: { fields } },
    since: {
      param: 'jql',
      format: 'unix-milliseconds',
      template: 'project = "{project}" AND updated >= {since} ORDER BY updated ASC, id ASC',
    },
  },
  read: { path: '/rest/api/2/issue/{id}', query: { fields: fields.join(',') } },
  fields: [
    ['title', 'fields.summary', read],
    ['description', 'fields.description', read],
    ['status', 'fields.status.name', read],
    ['priority', 'fields.priority.name', read],
    ['assignee', 'fields.assignee.displayName', read],
    ['labels', 'fields.labels', read],
    ['number', 'key', read],
    ['project', 'fields.project.key', read],
    ['dueDate', 'fields.duedate', date],
    ['createdAt', 'fields.created', instant],
    ['updatedAt', 'fields.updated', instant],
    ['closedAt', 'fields.resolutiondate', instant],
  ],
} satisfies ModelDefinition
