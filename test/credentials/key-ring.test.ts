import { randomBytes } from 'node:crypto'
import { KeyRing } from '../../src/credentials/key-ring.ts'

const one = { id: 'one', key: randomBytes(32) }
const two = { id: 'two', key: randomBytes(32) }
const place = { workspaceId: 'ws_1', ownerId: 'conn_1', field: 'tokens' }

describe('the key ring', () => {
  const ring = new KeyRing([one])

  it('opens what it has sealed', () => {
    expect(ring.open(place, ring.seal(place, 'a secret')).toString()).toBe('a secret')
    expect(ring.open(place, ring.seal(place, '')).toString()).toBe('')
  })

  it('seals the same secret differently each time, and shows nothing of it', () => {
    const secret = 'canary-'.repeat(20)
    const [first, second] = [ring.seal(place, secret), ring.seal(place, secret)]
    expect(first.sealed.equals(second.sealed)).toBe(false)
    expect(first.sealed.subarray(1, 13).equals(second.sealed.subarray(1, 13))).toBe(false)
    expect(first.sealed.includes('canary')).toBe(false)
  })

  it.each([
    ['workspace', { ...place, workspaceId: 'ws_2' }],
    ['owner', { ...place, ownerId: 'conn_2' }],
    ['field', { ...place, field: 'client_secret' }],
    ['boundary between its parts', { ...place, ownerId: 'conn_1tokens', field: '' }],
  ])('does not open a secret that was moved to another %s', (_part, elsewhere) => {
    expect(() => ring.open(elsewhere, ring.seal(place, 'a secret'))).toThrow('Something went wrong here')
  })

  it('does not open a secret of which any byte was changed', () => {
    const { keyId, sealed } = ring.seal(place, 'a secret')
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at] = changed[at]! ^ 1
      expect(() => ring.open(place, { keyId, sealed: changed })).toThrow('Something went wrong here')
    }
    for (const length of [0, 1, 12, 13, 28]) {
      expect(() => ring.open(place, { keyId, sealed: sealed.subarray(0, length) })).toThrow('Something went wrong here')
    }
  })

  it('seals with its first key, and opens with all', () => {
    const old = new KeyRing([one]).seal(place, 'old')
    const rotated = new KeyRing([two, one])
    expect(rotated.seal(place, 'new').keyId).toBe('two')
    expect(rotated.open(place, old).toString()).toBe('old')
  })

  it('says which key is missing to the log only', () => {
    const sealed = new KeyRing([two]).seal(place, 'a secret')
    try {
      ring.open(place, sealed)
      throw new Error('it opened')
    } catch (error) {
      expect((error as Error).message).toBe('Something went wrong here; the request id leads to the log.')
      expect(((error as Error).cause as Error).message).toBe('The encryption key two is not on the ring')
    }
  })

  it('does not take one key for another of the same id', () => {
    const sealed = new KeyRing([{ id: 'one', key: two.key }]).seal(place, 'a secret')
    expect(() => ring.open(place, sealed)).toThrow('Something went wrong here')
  })
})
