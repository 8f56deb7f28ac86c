import type { CreateToken, Token } from '@massif/contracts';
import { pages } from '@massif/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';

/** All tokens of the project, the newest first; a browser that signed in has one, too. */
export const tokensQuery = queryOptions({
  queryKey: keys.tokens,
  queryFn: async ({ signal }): Promise<Token[]> => {
    const tokens: Token[] = [];
    for await (const token of pages((page) => client.tokens.list({ ...page, signal }))) tokens.push(token);
    return tokens.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  },
});

export function useCreateToken() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (token: Partial<CreateToken>) => client.tokens.create(token),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.tokens }),
  });
}

export function useRevokeToken() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => client.tokens.revoke(id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.tokens }),
  });
}
