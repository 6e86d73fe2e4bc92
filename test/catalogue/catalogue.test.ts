import { readdirSync, readFileSync } from 'node:fs'
import { checkDefinition } from '../../src/catalogue/check-definition.ts'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import { isEventType } from '../../src/delivery/events/types/event-types.ts'

const folder = new URL('../../src/catalogue/platforms/', import.meta.url)
describe('the catalogue', () => {
  it('is the folder, in the order of the ids, each platform in a folder named after it', () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
    expect(platforms.map(provider => provider.id)).toEqual(folders.map(entry => entry.name).sort())
  })

  it('keeps each model in a file named after it, and each file short', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
    for (const { id, models = {} } of platforms) {
      const inFolder = files.filter(file => file.startsWith(`${id}/models/`))
      expect(inFolder.toSorted()).toEqual(
        Object.keys(models)
          .toSorted()
          .map(model => `${id}/models/${model}.ts`),
      )
    }
    const long = files.filter(file => readFileSync(new URL(file, folder), 'utf8').split('\n').length > 150)
    expect(long).toEqual([])
  })
})

describe.each(platforms)('$id', definition => {
  const { id, scopes, webhooks } = definition

  it('is JSON through and through, and as right as what a stranger writes', () => {
    const written = JSON.parse(JSON.stringify(definition)) as unknown
    expect(written).toEqual(definition)
    expect(checkDefinition(written)).toEqual({ definition })
  })

  it('explains each scope and each event type in a sentence', () => {
    const triggers = Object.values(webhooks?.triggers ?? {}).map(({ description }) => description)
    for (const meaning of [...Object.values(scopes), ...triggers]) expect(meaning).toMatch(/^[A-Z].{5,}/)
  })

  it('has event types that make names of published events', () => {
    for (const type of Object.keys(webhooks?.triggers ?? {}))
      expect([`${id}.${type}`, isEventType(`${id}.${type}`)]).toEqual([`${id}.${type}`, true])
  })
})
