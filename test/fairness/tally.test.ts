import { Tally } from '../../src/fairness/tally.ts'

it('a tally names those that have more than an equal part', () => {
  const tally = new Tally()
  expect(tally.above(100)).toEqual([])
  tally.add('much', 60)
  tally.add('little', 4)
  expect(tally.above(100)).toEqual(['much'])
  tally.add('much', -60)
  expect([tally.total, tally.of('much')]).toEqual([4, 0])
})
