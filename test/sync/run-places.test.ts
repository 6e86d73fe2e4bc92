import type { Place } from '../../src/fairness/waited-places.ts'
import { SentAway, takePlace } from '../../src/sync/runs/run-places.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()

describe('the line for a place to work on a run', () => {
  it('is bounded: who comes last of the workspace with the most is sent away for a while, and who is quiet is let in', async () => {
    const { workspaceId } = await createWorkspace(hub)
    const ref = (n: number) => ({ workspaceId, syncId: `sync_${n}`, runId: `run_${n}` })
    const leave = new AbortController()
    const places: Place[] = []
    let left = 0
    const away: number[] = []
    const all = Array.from({ length: 160 }, (_, n) =>
      takePlace(hub, ref(n), leave.signal).then(
        place => places.push(place),
        (error: unknown) => (error instanceof SentAway ? away.push(error.waitMs) : left++),
      ),
    )
    const quiet = { workspaceId: 'ws_quiet', syncId: 'sync_quiet', runId: 'run_quiet' }
    const place = await takePlace(hub, quiet, leave.signal)
    expect(places).toHaveLength(24)
    // One after the other, so that they do not all come again at once.
    await eventually('some to be sent away', () => Promise.resolve(away.length === 160 - 24 - 110))
    expect(Math.max(...away) - Math.min(...away)).toBeGreaterThan(1_000)
    leave.abort(new Error('the end'))
    await Promise.all(all)
    expect(left).toBe(110)
    for (const held of [place, ...places]) held.release()
  })

  it('is left by a run that is under way no more', async () => {
    const { workspaceId } = await createWorkspace(hub)
    const ref = (n: number) => ({ workspaceId, syncId: `sync_${n}`, runId: `run_${n}` })
    const signal = new AbortController().signal
    const places = await Promise.all(Array.from({ length: 24 }, (_, n) => takePlace(hub, ref(n), signal)))
    await expect(takePlace(hub, ref(24), signal)).rejects.toMatchObject({ code: 'SYNC_STOPPED' })
    places.forEach(place => place.release())
  })
})
