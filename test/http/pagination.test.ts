import { call, createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)

describe('a list', () => {
  it('is paged newest first without gaps or repeats', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await workspace.request('POST', '/v1/api-keys', { name })
    const names: string[] = []
    let cursor: string | null = null
    do {
      const url: string = `/v1/api-keys?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`
      const { status, body } = await workspace.request('GET', url)
      expect(status).toBe(200)
      expect(body.data.length).toBeLessThanOrEqual(2)
      for (const key of body.data as { name: string }[]) names.push(key.name)
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(names).toEqual(['e', 'd', 'c', 'b', 'a', 'First key'])
  })
})
void call
void app
