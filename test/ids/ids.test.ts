import { TypeID } from 'typeid-js'
import { isId, lowestIdAt, newId } from '../../src/ids.ts'

describe('ids', () => {
  it('are TypeIDs over UUIDs of version 7, as the library reads them', () => {
    const before = Date.now()
    const id = newId('event')
    expect(isId('event', id)).toBe(true)
    const uuid = TypeID.fromString(id, 'evt').toUUID()
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const at = parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(Date.now() + 1)
    expect(lowestIdAt('event', new Date(at)) <= id && id < lowestIdAt('event', new Date(at + 1))).toBe(true)
  })

  it('sort in the order in which they were made, however many in a millisecond, and never repeat', () => {
    const made = Array.from({ length: 50_000 }, () => newId('delivery'))
    expect([...made].sort()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
  })
})
