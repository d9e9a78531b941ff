import type { Handler, HandlerContext } from '../handler.ts';

function list(_: unknown, { account }: HandlerContext): Record<string, unknown> {
  return {
    TenantConfigModel: {
      AppInstanceGroupExpireRemind: account.expireRemind,
      MultiSessionSupportType: 'NONE',
      MultiSessionSupportedRegions: [],
    },
  };
}

function modify(input: { readonly AppInstanceGroupExpireRemind?: boolean }, { account }: HandlerContext): Record<string, unknown> {
  account.expireRemind = input.AppInstanceGroupExpireRemind ?? account.expireRemind;
  return {};
}

/** Settings of the whole account. */
export const handlers: Readonly<Record<string, Handler>> = { ListTenantConfig: list, ModifyTenantConfig: modify };
