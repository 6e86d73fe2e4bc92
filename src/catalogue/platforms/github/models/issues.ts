import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant, read } from '../../read-fields.ts'

const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }

/** An edit moves an issue behind those that are still to come, when they are listed by their time: so the oldest come first. */
export const issues = {
  collection: 'issues',
  summary: 'Issues of a repository, without its pull requests',
  docs: 'https://docs.github.com/en/rest/issues/issues#list-repository-issues',
  asks: [
    {
      name: 'owner',
      label: 'Owner',
      help: 'The first part of the name of the repository',
      pattern: '^[A-Za-z0-9-]{1,39}$',
    },
    {
      name: 'repository',
      label: 'Repository',
      help: 'The second part of its name',
      pattern: '^[A-Za-z0-9._-]{1,100}$',
    },
  ],
  id: 'number',
  updatedAt: { path: 'updated_at', format: 'iso' },
  skip: [{ path: 'pull_request', present: true }],
  list: {
    kind: 'link',
    path: '/repos/{owner}/{repository}/issues',
    query: { state: 'all', sort: 'created', direction: 'asc' },
    headers,
    page: 100,
    limitParam: 'per_page',
  },
  changedSince: { kind: 'param', param: 'since', format: 'iso-seconds', deletions: false },
  read: { path: '/repos/{owner}/{repository}/issues/{id}', headers },
  fields: [
    ['title', 'title', read],
    ['description', 'body', read],
    ['status', 'state', read],
    ['assignee', 'assignee.login', read],
    ['labels', 'labels[].name', read],
    ['number', 'number', decimal],
    ['url', 'html_url', read],
    ['createdAt', 'created_at', instant],
    ['updatedAt', 'updated_at', instant],
    ['closedAt', 'closed_at', instant],
  ],
} satisfies ModelDefinition
