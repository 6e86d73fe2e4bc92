import type { ModelDefinition } from '../../../schema/models.ts'
import { instant, read } from '../../read-fields.ts'

export const monitors = {
  collection: 'monitors',
  summary: 'Monitors, and how they are',
  docs: 'https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors',
  id: 'id',
  list: {
    kind: 'page',
    path: '/api/v1/monitor',
    page: 1000,
    param: 'page',
    limitParam: 'page_size',
    first: 0,
    end: 'empty-page',
  },
  read: { path: '/api/v1/monitor/{id}' },
  fields: [
    ['name', 'name', read],
    ['type', 'type', read],
    ['query', 'query', read],
    ['message', 'message', read],
    ['status', 'overall_state', read],
    ['tags', 'tags', read],
    ['owner', 'creator.email', read],
    ['createdAt', 'created', instant],
    ['updatedAt', 'modified', instant],
  ],
} satisfies ModelDefinition
