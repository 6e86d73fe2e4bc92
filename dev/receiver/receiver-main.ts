// usage: node dev/receiver/receiver-main.ts [--port N]
import { parseArgs } from 'node:util'
import { onStopRequest } from '../signals.ts'
import { startReceiver } from './receiver.ts'

const { values } = parseArgs({ options: { port: { type: 'string' } } })
const receiver = await startReceiver(values.port === undefined ? {} : { port: Number(values.port) })
console.log(`receiver ready on ${receiver.url}`)
onStopRequest(() => {
  void receiver.stop().then(() => process.exit(0))
})
