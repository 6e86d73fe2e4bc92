// What the pages' calls need of curl, so that their test leans on no program of the machine. Besides it notes each call's answer in
// the file that CALLS names.
import { appendFileSync, readFileSync } from 'node:fs'

const options = { method: undefined, headers: [], body: undefined, url: undefined }
const args = process.argv.slice(2)
while (args.length > 0) {
  const arg = args.shift()
  if (arg === '-s' || arg === '-g') continue
  if (arg === '-X') options.method = args.shift()
  else if (arg === '-H') options.headers.push(args.shift().split(/: */, 2))
  else if (arg === '-d') options.body = args.shift()
  else if (/^https?:/.test(arg)) options.url = arg
  else throw new Error(`curl: ${JSON.stringify(arg)} is not known here`)
}
const body = options.body === '@-' ? readFileSync(0, 'utf8') : options.body
const method = options.method ?? (body === undefined ? 'GET' : 'POST')
const answer = await fetch(options.url, { method, headers: options.headers, ...(body === undefined ? {} : { body }) })
const text = await answer.text()
appendFileSync(process.env.CALLS, `${JSON.stringify({ method, url: options.url, status: answer.status, text })}\n`)
process.stdout.write(text)
