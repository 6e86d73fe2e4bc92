import { Turns } from '../../src/fairness/turns.ts'

it('what waits of each workspace has its turn after the others', () => {
  const turns = new Turns<string>()
  for (const n of [1, 2, 3]) turns.add('busy', `busy ${n}`)
  turns.add('quiet', 'quiet 1')
  expect(turns.size).toBe(4)
  const taken: (string | undefined)[] = [turns.take()]
  turns.add('late', 'late 1')
  expect(turns.peek()).toBe('quiet 1')
  while (turns.size > 0) taken.push(turns.take())
  expect(taken).toEqual(['busy 1', 'quiet 1', 'busy 2', 'late 1', 'busy 3'])
  expect([turns.take(), turns.peek()]).toEqual([undefined, undefined])
})
