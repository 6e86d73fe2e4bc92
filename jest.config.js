/** Native ESM; TypeScript is only stripped of its types here, as by Node itself: `npm run check` checks them. */
const strip = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2024', experimental: { keepImportAttributes: true } },
  module: { type: 'es6' },
  sourceMaps: true,
  isModule: true,
}

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', strip] },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  // Files mostly wait: for deliveries, timers, browsers. Two at a time leave half of two cores idle, three a third.
  maxWorkers: 4,
  // What a file has loaded stays in its process for good, platforms' clients of many megabytes too.
  workerIdleMemoryLimit: '1GB',
  // Kept between runs, which have temporary folders of their own: what took longest last time is begun first.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testTimeout: 120_000,
  modulePathIgnorePatterns: ['<rootDir>/.causeway/', '<rootDir>/dist/'],
}
