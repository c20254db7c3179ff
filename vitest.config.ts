import { configDefaults, defineConfig } from 'vitest/config'

const tooling = 'tests/tools/global-setup.ts'

/**
 * The groups run one after another: what times itself against a real browser or kills servers should not share two cores
 * with anything else. JSX is compiled as tsconfig.json says.
 */
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.{ts,tsx}',
            'templates/**/*.test.{ts,tsx}',
            'static/**/*.test.ts',
            'tests/tools/**/*.test.ts',
          ],
          testTimeout: 20_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['tests/database/**/*.test.ts'],
          globalSetup: 'tests/database/global-setup.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: ['tests/conformance/**/*.test.ts'],
          globalSetup: tooling,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: tooling,
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          globalSetup: tooling,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 5 },
        },
      },
    ],
    exclude: [...configDefaults.exclude, 'build/**'],
    // The time to fetch what the tests need on a machine that has nothing yet.
    teardownTimeout: 30_000,
  },
})
