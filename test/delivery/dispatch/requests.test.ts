import { Requests } from '../../../src/delivery/dispatch/lanes/requests.ts'

/** Takes as many requests as a workspace gets; what waits takes one more each time that it is called. */
function takeAll(requests: Requests, workspaceId: string): { taken: number } {
  const counts = { taken: 0 }
  const pump = () => {
    while (requests.hasRoom(workspaceId, pump)) {
      requests.take(workspaceId)
      counts.taken++
    }
  }
  pump()
  return counts
}

describe('requests that workspaces share', () => {
  it('are most of them for one alone, and some are left for one that has none', () => {
    const requests = new Requests(100, 10)
    const noisy = takeAll(requests, 'noisy')
    expect(noisy.taken).toBeGreaterThan(60)
    const quiet = takeAll(requests, 'quiet')
    expect(quiet.taken).toBeGreaterThan(5)
    expect(requests.taken).toBeLessThanOrEqual(100)
  })

  it('are there for one that has none beside very many that take what they get', () => {
    const requests = new Requests(480, 128)
    for (let n = 0; n < 100; n++) takeAll(requests, `noisy-${n}`)
    expect(takeAll(requests, 'quiet').taken).toBeGreaterThan(0)
  })

  it('become equal parts where one had most before others came', () => {
    const requests = new Requests(100, 10)
    const first = takeAll(requests, 'first')
    const second = takeAll(requests, 'second')
    for (let n = 0; n < 1_000; n++) {
      // The one that has more is as likely to end one.
      const ends = first.taken * ((n * 7919) % 101) > second.taken * (100 - ((n * 7919) % 101)) ? first : second
      requests.giveBack(ends === first ? 'first' : 'second')
      ends.taken--
      requests.goOn()
    }
    expect(Math.abs(first.taken - second.taken)).toBeLessThan(20)
  })

  it('go to whoever has the fewest of those that wait', () => {
    const requests = new Requests(2, 0)
    requests.take('busy', 2)
    const order: string[] = []
    const waiting = (workspaceId: string) => () => {
      order.push(workspaceId)
      requests.take(workspaceId)
    }
    expect(requests.hasRoom('busy', waiting('busy'))).toBe(false)
    expect(requests.hasRoom('quiet', waiting('quiet'))).toBe(false)
    requests.giveBack('busy')
    requests.goOn()
    expect(order).toEqual(['quiet'])
    requests.giveBack('busy')
    requests.giveBack('quiet')
    requests.goOn()
    expect(order).toEqual(['quiet', 'busy'])
  })
})
