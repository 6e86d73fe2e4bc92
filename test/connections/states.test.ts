import { connectionStatuses, eventOf, mayBecome } from '../../src/connections/states.ts'
import { outagesIn, recoveryDelayMs, recoverySettings, refreshBackoffMs } from '../../src/connections/policy.ts'

describe('the states of a connection', () => {
  it('lead back to connected from every kind of trouble, and nowhere from the end', () => {
    const back = connectionStatuses.filter(from => mayBecome(from, 'connected'))
    expect(back).toEqual(['pending', 'degraded', 'needs_reauth', 'error'])
    expect(connectionStatuses.filter(to => mayBecome('disconnected', to))).toEqual([])
    expect(connectionStatuses.filter(to => mayBecome('disconnecting', to))).toEqual(['disconnected'])
    for (const from of ['pending', 'connected', 'degraded', 'needs_reauth', 'error'] as const)
      expect(mayBecome(from, 'disconnecting')).toBe(true)
  })

  it('tell the first connect from a return', () => {
    expect([eventOf('connected', true), eventOf('connected', false), eventOf('disconnecting', false)]).toEqual([
      'integration.connected',
      'integration.recovered',
      undefined,
    ])
  })
})

describe('waits', () => {
  it('grow to a bound', () => {
    const settings = { refreshBackoffMs: [5, 15, 30] }
    expect([1, 2, 3, 9].map(failures => refreshBackoffMs(failures, settings))).toEqual([5, 15, 30, 30])
    expect([1, 2, 3, 40].map(tries => recoveryDelayMs(tries, recoverySettings))).toEqual([
      30_000, 60_000, 120_000, 3_600_000,
    ])
  })
})

describe('an outage', () => {
  const failing = (...counts: [string, string, number][]) =>
    counts.map(([server, workspaceId, connections]) => ({ server, workspaceId, connections }))

  it('of one workspace is its own, until others show it too', () => {
    expect(outagesIn(failing(['s', 'a', 25], ['s', 'b', 1]), 20)).toEqual({
      everywhere: new Set(),
      inWorkspace: new Set(['s a']),
    })
    expect(outagesIn(failing(['s', 'a', 25], ['s', 'b', 10]), 20).everywhere).toEqual(new Set(['s']))
    expect(
      outagesIn(failing(...Array.from({ length: 20 }, (_, n) => ['s', `w${n}`, 1] as [string, string, number])), 20),
    ).toEqual({ everywhere: new Set(['s']), inWorkspace: new Set() })
  })

  it('is one token endpoint’s', () => {
    expect(outagesIn(failing(['s', 'a', 19], ['t', 'a', 19]), 20)).toEqual({
      everywhere: new Set(),
      inWorkspace: new Set(),
    })
  })
})
