import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    'lib/',
    'dist/',
    'demo/',
    'docs/_build/',
    'mutants/',
    '.venv/',
    'xyzpy_widgets/',
    'ui-tests/results/',
  ]),
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 6],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'crypto', property: 'randomUUID', message: 'A page that comes over plain HTTP has none.' },
      ],
    },
  },
  {
    files: ['tests/js/**', 'ui-tests/**'],
    rules: {
      // a describe block holds many tests
      'max-lines-per-function': 'off',
    },
  },
);
