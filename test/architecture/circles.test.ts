import { circlesAmong } from './circles.ts'
import type { SourceFile } from './source.ts'

const file = (path: string, ...targets: string[]): SourceFile => ({
  ...{ path, text: '', code: '' },
  imports: targets.map(target => ({ target, typeOnly: true })),
})

describe('circles among files', () => {
  it('are none where imports only lead down', () => {
    expect(circlesAmong([file('a', 'b', 'c'), file('b', 'c', 'zod'), file('c')])).toEqual([])
  })

  it('are found, types and long ways included, each once', () => {
    const files = [file('a', 'b'), file('b', 'c'), file('c', 'a', 'd'), file('d', 'e'), file('e', 'd'), file('f', 'a')]
    expect(circlesAmong(files).toSorted()).toEqual(['a -> b -> c -> a', 'd -> e -> d'])
  })

  it('are found in a file that imports itself', () => {
    expect(circlesAmong([file('a', 'a')])).toEqual(['a -> a'])
  })
})
