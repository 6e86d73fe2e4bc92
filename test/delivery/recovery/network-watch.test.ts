import { weigh } from '../../../src/delivery/recovery/network-watch.ts'

describe('the evidence of an outage', () => {
  const at = (workspace: string, host: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      workspaceId: workspace,
      origin: `https://${host.replace('*', String(n))}`,
    }))

  it.each([
    ['too few', [...at('a', 'a-*.example', 5), ...at('b', 'b-*.example', 4)], false],
    ['two workspaces, each its share', [...at('a', 'a-*.example', 5), ...at('b', 'b-*.example', 5)], true],
    ['one workspace for the most part', [...at('a', 'a-*.example', 500), ...at('b', 'b-*.example', 4)], false],
    ['many workspaces at one host', Array.from({ length: 50 }, (_, n) => at(`w-${n}`, 'one.example', 1)).flat(), false],
    ['one host at many ports', [...at('a', 'one.example:1*', 9), ...at('b', 'one.example:2*', 9)], false],
    ['one workspace at one host', at('a', 'one.example', 50), false],
  ])('%s: %#', (_, silent, enough) => {
    expect(weigh(silent, 10).enough).toBe(enough)
  })

  it('of one workspace alone counts if it is the only one', () => {
    expect(weigh(at('a', 'a-*.example', 10), 10)).toEqual({ enough: true, onlyWorkspaceId: 'a' })
  })
})
