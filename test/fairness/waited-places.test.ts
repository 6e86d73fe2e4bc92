import { setTimeout as sleep } from 'node:timers/promises'
import { FairPlaces, type Place } from '../../src/fairness/waited-places.ts'

const limits = { places: 6, kept: 2, each: 4 }

/** What has been admitted, in its order. */
function entering(places: FairPlaces) {
  const admitted: string[] = []
  const held = new Map<string, Place[]>()
  const enter = async (workspaceId: string, signal?: AbortSignal) => {
    const place = await places.take(workspaceId, signal)
    admitted.push(workspaceId)
    held.set(workspaceId, [...(held.get(workspaceId) ?? []), place])
    return place
  }
  const leave = async (workspaceId: string) => {
    held.get(workspaceId)!.shift()!.release()
    await sleep(0)
  }
  return { admitted, held, enter, leave }
}

describe('places that workspaces share', () => {
  it('keep some for who has none, whoever wants all of them', async () => {
    const places = new FairPlaces(limits)
    const { admitted, enter } = entering(places)
    for (let n = 0; n < 20; n++) void enter('busy')
    await sleep(0)
    expect(admitted).toHaveLength(4)
    expect(places.waiting).toBe(16)
    await enter('quiet')
    await enter('another')
    expect(admitted.slice(4)).toEqual(['quiet', 'another'])
  })

  it('go to the workspace that has the fewest, and in turns to those that have as many', async () => {
    const { admitted, enter, leave } = entering(new FairPlaces({ places: 3, kept: 0, each: 3 }))
    for (let n = 0; n < 9; n++) void enter('busy')
    for (let n = 0; n < 2; n++) void enter('quiet')
    void enter('third')
    await sleep(0)
    expect(admitted).toEqual(['busy', 'busy', 'busy'])
    await leave('busy')
    await leave('busy')
    expect(admitted.slice(3)).toEqual(['quiet', 'third'])
    await leave('third')
    await leave('quiet')
    expect(admitted.slice(5)).toEqual(['busy', 'quiet'])
  })

  it('are kept shorter while others wait, and shortest by who has most', async () => {
    const places = new FairPlaces({ places: 2, kept: 0, each: 2 }, { aloneMs: 60_000, sharedMs: 30_000, richMs: -1 })
    const { enter, held } = entering(places)
    const first = await enter('busy')
    await enter('busy')
    expect(first.isOver()).toBe(false)
    void enter('busy')
    await sleep(0)
    expect(first.isOver()).toBe(false)
    void enter('quiet')
    await sleep(0)
    expect(first.isOver()).toBe(true)
    first.release()
    await sleep(0)
    expect(held.get('quiet')).toHaveLength(1)
    // Each has one now, and one of `busy` waits.
    expect(held.get('quiet')![0]!.isOver()).toBe(false)
  })

  it('are given back once, and left by who is cancelled or sent away', async () => {
    const places = new FairPlaces({ places: 1, kept: 0, each: 1 })
    const { admitted, enter } = entering(places)
    const first = await enter('one')
    const stop = new AbortController()
    const cancelled = enter('two', stop.signal)
    const early = enter('busy')
    const late = enter('busy')
    stop.abort(new Error('cancelled'))
    await expect(cancelled).rejects.toThrow('cancelled')
    places.sendAway(workspaceId => new Error(`away with ${workspaceId}`))
    await expect(late).rejects.toThrow('away with busy')
    first.release()
    first.release()
    ;(await early).release()
    expect(admitted).toEqual(['one', 'busy'])
    expect(places.waiting).toBe(0)
    await enter('three')
  })
})
