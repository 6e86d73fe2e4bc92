import { Runtime } from '@temporalio/worker'
import type { Logger } from '../src/logger.ts'

/**
 * Sets the Temporal runtime of this process up, once: its log lines join the hub's, its metrics are served on loopback
 * for the process's own `/metrics` to include.
 */
export function installRuntime(log: Logger, metricsAddress: string | undefined): void {
  const sdk = log.child({ component: 'temporal' })
  Runtime.install({
    logger: {
      log: (level, message, meta) => sdk[pinoLevels[level]](meta ?? {}, message),
      trace: (message, meta) => sdk.trace(meta ?? {}, message),
      debug: (message, meta) => sdk.debug(meta ?? {}, message),
      info: (message, meta) => sdk.info(meta ?? {}, message),
      warn: (message, meta) => sdk.warn(meta ?? {}, message),
      error: (message, meta) => sdk.error(meta ?? {}, message),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      ...(metricsAddress === undefined ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    // The process handles its own signals: it stops its activities before its workers.
    shutdownSignals: [],
  })
}

const pinoLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const
