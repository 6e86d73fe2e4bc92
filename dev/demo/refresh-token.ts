import { made, type Demonstration } from './context.ts'
import { eventually } from './eventually.ts'

interface Connection {
  status: string
  generation: number
  accessTokenExpiresAt: string
}

export async function refreshToken(demonstration: Demonstration): Promise<void> {
  const { say } = demonstration
  const api = made(demonstration, 'api')
  const { connectionId } = made(demonstration, 'quickbooks')
  const before = await api.get<Connection>(`/v1/connections/${connectionId}`)
  say(`the access token ends at ${clock(before.accessTokenExpiresAt)}; the schedule looks once a minute`)
  const after = await eventually('the schedule to refresh the token', 150_000, async () => {
    const now = await api.get<Connection>(`/v1/connections/${connectionId}`)
    return now.generation > before.generation ? now : undefined
  })
  say(`refreshed: generation ${after.generation}, good until ${clock(after.accessTokenExpiresAt)}, ${after.status}`)
}

function clock(iso: string): string {
  return iso.slice(11, 19)
}
