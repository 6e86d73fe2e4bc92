import { platforms } from '../../src/catalogue/platforms/index.ts'
import { providerDefinition } from '../../src/catalogue/schema/definition.ts'

describe.each(platforms)('the definition of $id', definition => {
  it('passes the schema as it is', () => {
    expect(providerDefinition.parse(definition)).toEqual(definition)
  })

  it('is the same when it was written as JSON and read again', () => {
    expect(providerDefinition.parse(JSON.parse(JSON.stringify(definition)))).toEqual(definition)
  })
})
