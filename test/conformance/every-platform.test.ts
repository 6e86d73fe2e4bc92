import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { platforms as doubles } from '../../dev/sandbox/platforms/index.ts'
import { platforms as catalogue } from '../../src/catalogue/platforms/index.ts'

/** The suite calls over HTTP; what is connected otherwise has a test of its own. */
const ownTests = new Map([['smtp', '../connections/mail-login.test.ts']])

const ids = catalogue.map(({ id }) => id)
const textOf = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8').replaceAll(/\/\/.*$/gm, '')
const quotedIn = (text: string) => [...text.matchAll(/'([a-z][a-z0-9-]*)'/g)].map(([, word]) => word!)

describe('every platform of the catalogue', () => {
  it('has a double in the sandbox, with somebody who connects by each of its methods', () => {
    const people = new Map(doubles.map(double => [double.id, Object.keys(double.people)]))
    const methods = catalogue.flatMap(({ id, auth }) => auth.map(method => ({ id, method: method.id })))
    const missing = methods.filter(({ id, method }) => !people.get(id)?.includes(method))
    expect(missing).toEqual([])
  })

  it('goes once through what every platform has to do, but for those with a test of their own', () => {
    const files = readdirSync(import.meta.dirname).filter(name => /^await conform\(\[/m.test(textOf(name)))
    const tried = files.flatMap(name => quotedIn(textOf(name)))
    expect(tried.toSorted()).toEqual(ids.filter(id => !ownTests.has(id)).toSorted())
  })

  it('is connected in that test where it has one of its own', () => {
    const idle = [...ownTests].filter(([id, path]) => !ids.includes(id) || !quotedIn(textOf(path)).includes(id))
    expect(idle).toEqual([])
  })
})
