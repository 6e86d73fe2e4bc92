import { createApi } from './api.ts'
import type { Demonstration } from './context.ts'

export async function makeWorkspace(demonstration: Demonstration): Promise<void> {
  const { say, state, adminApi, apiUrl } = demonstration
  const { id, apiKey } = await adminApi.post<{ id: string; apiKey: { secret: string } }>('/v1/workspaces', {
    name: 'Demonstration',
  })
  state.workspaceId = id
  state.api = createApi(apiUrl, apiKey.secret)
  say(`workspace ${id}`)
  say(`API key   ${apiKey.secret}  (shown this once)`)
}
