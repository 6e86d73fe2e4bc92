import { createServer } from 'node:http'

// The receiving side of a benchmark, a process of its own: counts what arrives, and how long after its publishing.
const numberPattern = /"seq":\s*(\d+)/
const instantPattern = /"at":\s*(\d+)/

interface Counts {
  count: number
  duplicates: number
  firstAt: number
  lastAt: number
  p50Ms: number
  p99Ms: number
}

let seen = new Set<string>()
let latencies: number[] = []
let [duplicates, firstAt, lastAt, distinctBy] = [0, 0, 0, 'seq']

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    const body = Buffer.concat(chunks).toString()
    const seq = numberPattern.exec(body)?.[1]
    if (seq === undefined) return
    const name = distinctBy === 'seq' ? seq : `${seq} ${request.url}`
    if (seen.has(name)) duplicates++
    seen.add(name)
    lastAt = Date.now()
    if (firstAt === 0) firstAt = lastAt
    latencies.push(lastAt - Number(instantPattern.exec(body)?.[1] ?? lastAt))
  })
})
server.keepAliveTimeout = 60_000
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})

process.on('message', (message: { forget?: boolean; distinctBy?: string; countOnly?: boolean }) => {
  if (message.countOnly) return void process.send?.({ count: seen.size })
  if (message.forget) {
    seen = new Set()
    latencies = []
    ;[duplicates, firstAt, lastAt, distinctBy] = [0, 0, 0, message.distinctBy ?? 'seq']
  }
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
  process.send?.({ count: seen.size, duplicates, firstAt, lastAt, p50Ms: at(0.5), p99Ms: at(0.99) } satisfies Counts)
})

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
