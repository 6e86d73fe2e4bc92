import { SharedPlaces, type Shares } from '../../src/fairness/share-rule.ts'

/** Takes places one by one until the owner gets no more. Gives how many it got. */
function takeAll(places: SharedPlaces<string>, owner: string): number {
  let taken = 0
  for (; places.isFreeFor(owner); taken++) places.take(owner)
  return taken
}

/** Lets in all that may come in now, each with one place, in the order in which they do. */
function letIn(places: SharedPlaces<string>): string[] {
  const waiters: string[] = []
  for (let next = places.next(); next; next = places.next()) {
    places.take(next.owner)
    waiters.push(next.waiter)
  }
  return waiters
}

describe('shared places', () => {
  it.each<[string, Shares, number]>([
    ['all, where nothing is said', { places: 10, kept: 0 }, 10],
    ['what is not kept', { places: 10, kept: 3 }, 7],
    ['its most', { places: 10, kept: 3, each: 4 }, 4],
    ['a part of what is free', { places: 100, kept: 10, timesFree: 3 }, 68],
    ['twice what it leaves to others', { places: 10, kept: 1, timesFree: 2 }, 6],
    ['the only one', { places: 1, kept: 1, timesFree: 2 }, 1],
  ])('give one alone %s, and always one to an owner that has none', (_, shares, most) => {
    const places = new SharedPlaces<string>(shares)
    expect(takeAll(places, 'one')).toBe(most)
    expect(places.isFreeFor('other')).toBe(most < shares.places)
    places.take('other')
    expect([places.taken, places.of('one'), places.of('other')]).toEqual([most + 1, most, 1])
  })

  it('let in the owner with the fewest, equals in turns, and of one owner who came first', () => {
    const places = new SharedPlaces<string>({ places: 4, kept: 0 })
    places.take('much', 3)
    places.take('little', 1)
    for (const waiter of ['m1', 'm2', 'm3']) places.wait('much', waiter)
    for (const waiter of ['l1', 'l2']) places.wait('little', waiter)
    places.wait('none', 'n1')
    expect(letIn(places)).toEqual([])
    places.giveBack('much', 2)
    expect(letIn(places)).toEqual(['n1', 'm1'])
    places.giveBack('much', 2)
    places.giveBack('none')
    expect(letIn(places)).toEqual(['m2', 'l1', 'm3'])
    expect(places.waiting).toBe(1)
  })

  it('let nobody in while the owner with the fewest may not have another', () => {
    const places = new SharedPlaces<string>({ places: 4, kept: 2 })
    places.take('one')
    places.take('other')
    places.wait('one', 'w1')
    expect(letIn(places)).toEqual([])
    places.wait('third', 'w2')
    expect(letIn(places)).toEqual(['w2'])
    expect(places.waiting).toBe(1)
  })

  it('count a waiter once, however often it comes or leaves', () => {
    const places = new SharedPlaces<string>({ places: 1, kept: 0 })
    places.take('one')
    places.wait('other', 'w1')
    places.wait('other', 'w1')
    places.wait('other', 'w2')
    expect([places.waiting, places.waitingFor('other')]).toEqual([2, 2])
    places.leave('other', 'w1')
    places.leave('other', 'w1')
    places.leave('one', 'w1')
    expect([places.waiting, places.waitingFor('other')]).toEqual([1, 1])
    places.giveBack('one')
    expect(letIn(places)).toEqual(['w2'])
    expect([...places.lines]).toEqual([])
  })
})
