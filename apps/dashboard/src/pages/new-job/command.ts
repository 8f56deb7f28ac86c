import { shellQuote } from '../../shell/commands.ts';

const fileName = (name: string | undefined) => `${(name ?? 'job').replaceAll(/[^\w.-]+/g, '-')}.yaml`;

/** The word that ends a here-document, one that the text does not hold. */
function delimiterFor(text: string): string {
  let word = 'EOF';
  while (text.split('\n').includes(word)) word += '_';
  return word;
}

function hereDocument(text: string): string {
  const word = delimiterFor(text);
  return `<<'${word}'\n${text.replace(/\n*$/, '\n')}${word}`;
}

/** Submits a spec from a shell, by the command line of this product. */
export function submitCommand(text: string, name?: string): string {
  const file = shellQuote(fileName(name));
  return `cat > ${file} ${hereDocument(text)}\nmassif submit -f ${file} --follow`;
}

/** The same by REST. */
export function submitCurl(text: string, origin: string): string {
  return [
    `curl -X POST ${shellQuote(`${origin}/api/v1/jobs`)} \\`,
    `  -H "authorization: Bearer $MASSIF_TOKEN" -H 'content-type: application/yaml' \\`,
    `  --data-binary @- ${hereDocument(text)}`,
  ].join('\n');
}
