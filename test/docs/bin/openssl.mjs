// openssl dgst -sha256 -hmac KEY, of its standard input, as the pages use it.
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [command, digest, option, key] = process.argv.slice(2)
if (command !== 'dgst' || digest !== '-sha256' || option !== '-hmac') throw new Error('openssl: that is not known here')
console.log(`SHA2-256(stdin)= ${createHmac('sha256', key).update(readFileSync(0)).digest('hex')}`)
