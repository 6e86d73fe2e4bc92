import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionLine, sharesOfPool } from '../../src/db/connection-line.ts'

const settings = { waitMs: 60_000, mostWaiting: 1_000 }

/** Joins so many times for one, and tells who has been served, in order. */
function lineOf(size: number, more: Partial<typeof settings> = {}, shares = sharesOfPool(size)) {
  const line = new ConnectionLine(shares, { ...settings, ...more })
  const served: string[] = []
  const refused: string[] = []
  return {
    line,
    served,
    refused,
    join: (owner: string, times = 1) => {
      for (let time = 0; time < times; time++) {
        line.join(
          owner,
          () => served.push(owner),
          error => refused.push((error as Error & { code: string }).code),
        )
      }
    },
    giveBack: async (owner: string) => {
      line.giveBack(owner, true)
      await sleep(1)
    },
  }
}

describe('the line before a pool', () => {
  it('leaves a third of the pool to others, however many of one wait', () => {
    const { line, served, join } = lineOf(10)
    join('noisy', 64)
    expect([line.held, line.waiting]).toEqual([6, 58])
    join('quiet')
    expect(served.at(-1)).toBe('quiet')
  })

  it.each([1, 2, 3, 200])('serves everybody in the end with %i connections', async size => {
    const { line, served, join, giveBack } = lineOf(size)
    const everybody = Array.from({ length: 20 }, (_, n) => `workspace ${n}`)
    for (const one of everybody) join(one, 5)
    for (let turn = 0; turn < 200 && served.length > turn; turn++) await giveBack(served[turn]!)
    expect(served.length).toBe(100)
    expect([line.held, line.waiting]).toEqual([0, 0])
  })

  it('serves who holds fewest first, and equals in their turn', async () => {
    const { served, join, giveBack } = lineOf(1)
    join('noisy', 4)
    join('other', 2)
    join('quiet')
    for (let turn = 0; turn < 7; turn++) await giveBack(served[turn]!)
    expect(served).toEqual(['noisy', 'noisy', 'other', 'quiet', 'noisy', 'other', 'noisy'])
  })

  it('gives all to the one side of a pool that nobody shares', () => {
    const { line, join } = lineOf(3, {}, { places: 3, kept: 0 })
    join('', 5)
    expect([line.held, line.waiting]).toEqual([3, 2])
  })

  it('refuses what is too many, and what waits too long, as busy', async () => {
    const { line, refused, join, giveBack } = lineOf(2, { mostWaiting: 3, waitMs: 100 })
    join('noisy', 5)
    expect(refused).toEqual(['DATABASE_BUSY'])
    join('other')
    // Postgres answers meanwhile.
    await giveBack('other')
    while (line.waiting > 0) await sleep(20)
    expect(refused).toEqual(Array(4).fill('DATABASE_BUSY'))
    join('quiet')
    expect(line.waiting).toBe(0)
  })

  it('says that the database is unavailable when all connections are held and none has come back', async () => {
    const { line, refused, join } = lineOf(1, { waitMs: 50 })
    join('one')
    await sleep(5)
    join('other')
    while (line.waiting > 0) await sleep(10)
    expect(refused).toEqual(['DATABASE_UNAVAILABLE'])
  })
})
