import { compilePattern, firstGroup, fitsPattern } from '../../src/catalogue/pattern.ts'
import { pattern } from '../../src/catalogue/schema/values.ts'

describe('the patterns of definitions', () => {
  it('find what a regular expression finds', () => {
    expect(firstGroup('^qbo\\.(.+)\\.v[0-9]+$', 'qbo.customer.created.v1')).toBe('customer.created')
    expect(firstGroup('^qbo\\.(.+)\\.v[0-9]+$', 'customer.created')).toBeUndefined()
    expect(firstGroup('^(a)|b', 'b')).toBeUndefined()
    expect(firstGroup('no group', 'no group')).toBeUndefined()
    expect(fitsPattern('^(sk|rk)_(test|live)_[A-Za-z0-9]{10,}$', 'sk_test_0123456789')).toBe(true)
    expect(fitsPattern('^(sk|rk)_(test|live)_[A-Za-z0-9]{10,}$', 'pk_test_0123456789')).toBe(false)
  })

  it('are refused when they cannot be run in linear time, are too long or grow too large', () => {
    for (const source of ['(?=a)', '(a)\\1', '(', '(a{100}){30}', '((a?){30}){30}', 'a'.repeat(201)]) {
      expect([source, pattern.safeParse(source).success]).toEqual([source, false])
      expect(() => compilePattern(source)).toThrow()
    }
    for (const source of ['^[A-Za-z0-9_-]{20,500}$', '\\d+', '^(?:https?):', '[^/]+'])
      expect([source, pattern.safeParse(source).success]).toEqual([source, true])
  })

  it('take no longer for a text that would keep a backtracking engine busy for ever', () => {
    // A backtracking engine takes about 2^4000 steps.
    expect(fitsPattern('^(a+)+$', `${'a'.repeat(4_000)}!`)).toBe(false)
    expect(fitsPattern('^(a|a)*$', `${'a'.repeat(4_000)}!`)).toBe(false)
    expect(fitsPattern('a', 'a'.repeat(4_097))).toBe(false)
  })

  it('are compiled once', () => {
    expect(compilePattern('once')).toBe(compilePattern('once'))
  })
})
