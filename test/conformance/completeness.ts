import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'

/** What a definition of the catalogue tells beyond what the schema demands. */
export function completeness(definition: ProviderDefinition): void {
  const { id, auth, category, capabilities = [], links = {}, limits = [], scopes } = definition

  it('says what it is, what one can do with it, and where its pages are', () => {
    expect([id, category, capabilities.length > 0]).toEqual([id, expect.any(String), true])
    expect(links).toMatchObject({ app: expect.any(String) as string, guide: expect.any(String) as string })
  })

  it('says what each scope allows, and what each field is and where it is found', () => {
    const dumb = Object.entries(scopes).filter(([name, meaning]) => meaning.length < 6 || meaning === name)
    expect(dumb).toEqual([])
    const fields = auth.flatMap(method => [...(method.ask ?? []), ...('fields' in method ? (method.fields ?? []) : [])])
    const silent = fields.filter(({ label, help }) => label.length < 2 || help === undefined).map(({ name }) => name)
    expect(silent).toEqual([])
  })

  it('knows a limit, or says by what sign one shows', () => {
    expect(limits.length + (definition.limitSigns?.length ?? 0)).toBeGreaterThan(0)
  })
}
