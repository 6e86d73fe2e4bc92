import { readFileSync } from 'node:fs'
import { variantsOfDefinitions } from '../../dev/provider-variants.ts'
import { checkDefinition } from '../../src/catalogue/check-definition.ts'
import { collections } from '../../src/catalogue/collections.ts'
import { platforms } from '../../src/catalogue/platforms/index.ts'

describe.each(platforms)('the definition of $id', definition => {
  it('passes the schema as it is, and its parts fit together', () => {
    expect(checkDefinition(definition)).toEqual({ definition })
  })

  it('is the same when it was written as JSON and read again', () => {
    expect(checkDefinition(JSON.parse(JSON.stringify(definition)))).toEqual({ definition })
  })

  it('maps each model to a collection of the hub, by fields that it has', () => {
    for (const { collection, fields } of Object.values(definition.models ?? {})) {
      expect(Object.keys(collections)).toContain(collection)
      const known = collections[collection]!.fields
      for (const [canonical, , options] of fields) {
        expect(Object.keys(known)).toContain(canonical)
        const members = Object.keys(known[canonical]!.fields ?? {})
        for (const [member] of options?.each ?? []) expect(members).toContain(member)
      }
    }
  })
})

describe('the variants of definitions', () => {
  const variants = variantsOfDefinitions()

  it('are told in docs/providers.md as the schema has them: node dev/describe-variants.ts writes them there', () => {
    const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')
    const table = page.slice(page.indexOf('<!-- variants'), page.indexOf('<!-- end of the variants'))
    const rows = table.split('\n').filter(line => line.startsWith('| `'))
    const cells = rows.map(row => row.split(/(?<!\\)\|/).map(cell => cell.trim().replaceAll('\\|', '|')))
    expect(cells.map(([, part, variant, says]) => [part, variant, says])).toEqual(
      variants.map(({ part, variant, says }) => [`\`${part}\``, variant, says]),
    )
  })

  // A member that takes one of several words needs no more than its name.
  const named = variants.filter(({ variant }) => variant.includes(':'))

  it('say what they are', () => {
    const silent = named.filter(({ says }) => says === '')
    expect(silent.map(({ part, variant }) => `${part} ${variant}`)).toEqual([])
  })

  it('are each used by a platform or by a definition that is made for a test', () => {
    const unused = named.filter(({ usedBy }) => usedBy.length === 0)
    expect(unused.map(({ part, variant }) => `${part} ${variant}`)).toEqual([])
  })
})
