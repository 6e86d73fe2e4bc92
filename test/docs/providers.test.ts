import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { platformFolder, platformPages } from '../../dev/platform-pages/all.ts'

const again = 'out of date: run `node_modules/.bin/node dev/describe-platforms.ts`'
const pages = await platformPages()

describe('the pages of the platforms and collections', () => {
  it('say what the definitions say', () => {
    const old = [...pages].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
    expect(old.map(([path]) => `${path} is ${again}`)).toEqual([])
    const left = readdirSync(platformFolder).filter(name => !pages.has(join(platformFolder, name)))
    expect(left.map(name => `${name} is ${again}`)).toEqual([])
  })

  it('are short', () => {
    const long = [...pages].filter(
      ([path, text]) => path.startsWith(`${platformFolder}/`) && text.split('\n').length > 120,
    )
    expect(long.map(([path]) => path)).toEqual([])
  })
})
