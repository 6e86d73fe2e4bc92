import type { ModelDefinition } from '../../../schema/models.ts'

export const repositories = {
  collection: 'repositories',
  summary: 'Repositories that the account can see',
  docs: 'https://docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user',
  id: 'id',
  updatedAt: { path: 'updated_at', format: 'iso' },
  list: {
    kind: 'link',
    path: '/user/repos',
    query: { sort: 'full_name' },
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    page: 100,
    limitParam: 'per_page',
  },
  read: { path: '/repositories/{id}', headers: { accept: 'application/vnd.github+json' } },
  fields: [
    ['name', 'name', { only: 'read' }],
    ['fullName', 'full_name', { only: 'read' }],
    ['description', 'description', { only: 'read' }],
    ['private', 'private', { only: 'read' }],
    ['archived', 'archived', { only: 'read' }],
    ['defaultBranch', 'default_branch', { only: 'read' }],
    ['url', 'html_url', { only: 'read' }],
    ['updatedAt', 'updated_at', { only: 'read' }],
  ],
} satisfies ModelDefinition
