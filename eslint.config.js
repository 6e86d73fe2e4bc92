import tseslint from 'typescript-eslint'

/** Folders that may not be imported from a folder: the directions of the design. */
const forbid = (files, patterns, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] },
})

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.causeway/', 'coverage/', 'test/openapi-tools/', '*.config.js'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['dev/bootstrap.mjs', 'dev/install.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  {
    // The platforms' own clients are taken as they are: their types do not hold for a sandbox, or are not there.
    files: ['test/judges/**'],
    rules: Object.fromEntries(
      ['assignment', 'call', 'member-access', 'argument', 'return'].map(what => [
        `@typescript-eslint/no-unsafe-${what}`,
        'off',
      ]),
    ),
  },
  forbid(
    ['src/**'],
    ['**/workflows/**', '**/activities/**', '**/workers/**', '**/dev/**', '**/test/**', '**/bench/**'],
    'src imports none of the other folders',
  ),
  forbid(
    ['activities/**'],
    ['**/workflows/**', '**/workers/**', '**/dev/**', '**/test/**'],
    'activities import src only',
  ),
  forbid(
    ['workflows/**'],
    [
      'node:*',
      'pg',
      'kysely',
      'undici',
      'fastify',
      '@temporalio/client',
      '@temporalio/worker',
      '@temporalio/activity',
      '**/workers/**',
      '**/dev/**',
    ],
    'workflows are deterministic: @temporalio/workflow, contracts and policies only',
  ),
)
