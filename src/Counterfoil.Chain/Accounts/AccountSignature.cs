using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Accounts;

/// <summary>What an address has behind it.</summary>
public enum AccountKind
{
    /// <summary>A key, and no code.</summary>
    Key,
    /// <summary>A key, and the code of another contract that it chose (EIP-7702).</summary>
    Delegated,
    /// <summary>Code alone.</summary>
    Contract,
}

/// <summary>Who is asked about a signature of an account that has both a key and code.</summary>
public enum SignatureRule
{
    /// <summary>The key, and where it did not sign, the code: our contracts, and Solady's <c>SignatureCheckerLib</c>.</summary>
    KeyThenCode,
    /// <summary>The code, wherever there is any: OpenZeppelin's <c>SignatureChecker</c>, and the dollar tokens that use it.</summary>
    CodeIfAny,
}

/// <summary>Whether a signature is an account's: by its key, by its code (ERC-1271), or by the code that it will have once it is deployed (ERC-6492).</summary>
/// <remarks>
/// What code answers is true at the latest block and may be another at the next; only a transaction makes it last. The answer is the endpoint's word: <c>eth_call</c> is
/// proven by nothing.
/// </remarks>
public static class AccountSignature
{
    // bytes4(keccak256("isValidSignature(bytes32,bytes)")), left-aligned as the ABI returns it.
    static readonly UInt256 Magic = (UInt256)0x1626ba7eUL << 224;

    static readonly AbiFunction IsValidSignature = new("isValidSignature(bytes32 hash, bytes signature) returns (bytes4)");
    static readonly AbiFunction Wrapped = new("wrapped(address factory, bytes prepare, bytes signature)");

    /// <summary>What code says of an account; the delegate where there is one.</summary>
    public static AccountKind KindOf(ReadOnlySpan<byte> code, out Address? codeFrom)
    {
        codeFrom = Delegation.TryRead(code, out var address) ? address : null;
        return codeFrom is not null ? AccountKind.Delegated : code.IsEmpty ? AccountKind.Key : AccountKind.Contract;
    }

    /// <summary>Verifies a signature as a contract with this rule would.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="account">Whose it should be.</param>
    /// <param name="digest">What was signed.</param>
    /// <param name="signature">65 bytes r, s, v of a key; whatever the code understands; or ERC-6492's wrapping of that.</param>
    /// <param name="rule">Who is asked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChainException">The chain could not be asked.</exception>
    public static async Task<Verdict> VerifyAsync(ChainClient client, Address account, Keccak256Digest digest, ReadOnlyMemory<byte> signature,
        SignatureRule rule = SignatureRule.KeyThenCode, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        bool hasCode = KindOf(await client.GetCodeAsync(account, cancellationToken).ConfigureAwait(false), out _) != AccountKind.Key;
        Address factory = default;
        ReadOnlyMemory<byte> prepare = default;
        bool isWrapped = Unwrap(signature, out var inner);
        if (isWrapped) (factory, prepare, signature) = inner;
        if ((!hasCode || rule == SignatureRule.KeyThenCode) && SignedByKey(account, digest, signature.Span)) return Verdict.Accept;
        if (!hasCode && !isWrapped) return Refuse($"a signature of the key of {account}", "another");
        var call = new ContractCall { To = account, Data = IsValidSignature.EncodeCall(digest, signature.ToArray()) };
        try
        {
            byte[] answer = await client.CallAsync(hasCode ? call : Simulation(account, factory, prepare.Span, call.Data.Span), cancellationToken).ConfigureAwait(false);
            return answer.Length >= 32 && UInt256.ReadBigEndian(answer.AsSpan(0, 32)) == Magic ? Verdict.Accept : Refuse($"0x1626ba7e from {account}", Shown(answer));
        }
        catch (ChainException reverted) when (reverted.Kind == ChainFailure.Reverted)
        {
            return Refuse($"0x1626ba7e from {account}", "a revert");
        }
    }

    static Verdict Refuse(string expected, string found) => Verdict.Reject(ChainChecks.AccountSignature, expected, found);

    static string Shown(byte[] answer) => answer.Length == 0 ? "nothing" : $"0x{Convert.ToHexStringLower(answer.AsSpan(0, Math.Min(answer.Length, 32)))}";

    static bool SignedByKey(Address account, Keccak256Digest digest, ReadOnlySpan<byte> signature) =>
        EcdsaSignature.Decode(signature, out var read).IsAccepted && Secp256k1PublicKey.Recover(digest, read, out var key).IsAccepted && key.Address == account;

    // ERC-6492: abi.encode(factory, factoryCalldata, signature) and 32 bytes of 0x6492…6492.
    static bool Unwrap(ReadOnlyMemory<byte> signature, out (Address, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>) inner)
    {
        inner = default;
        if (signature.Length < 64) return false;
        foreach (int at in Enumerable.Range(signature.Length - 32, 32))
            if (signature.Span[at] != ((at - signature.Length) % 2 == 0 ? 0x64 : 0x92)) return false;
        byte[] call = [.. Wrapped.Selector, .. signature.Span[..^32]];
        if (!Wrapped.DecodeCall(call, out var values).IsAccepted) return false;
        inner = (values[0].AsAddress, values[1].AsBytes.ToArray(), values[2].AsBytes.ToArray());
        return true;
    }

    /// <summary>A creation that is only tried out: it has the factory make the account, asks the account, and returns its answer in place of code.</summary>
    static ContractCall Simulation(Address account, Address factory, ReadOnlySpan<byte> prepare, ReadOnlySpan<byte> question)
    {
        const int length = 97;
        var code = new List<byte>(length + prepare.Length + question.Length);
        Copy(prepare.Length, length);
        code.AddRange([0x5f, 0x5f]);                                   // no room for what the factory returns
        Push3(prepare.Length);
        code.AddRange([0x5f, 0x5f, 0x73, .. factory.ToArray(), 0x5a, 0xf1, 0x50]);   // CALL(gas, factory, 0, prepare), whatever it says
        Copy(question.Length, length + prepare.Length);
        code.AddRange([0x60, 0x20, 0x5f]);
        Push3(question.Length);
        code.AddRange([0x5f, 0x73, .. account.ToArray(), 0x5a, 0xfa]); // STATICCALL(gas, account, question) → success
        code.AddRange([0x3d, 0x60, 0x1f, 0x10, 0x16]);                 // … and 31 < RETURNDATASIZE
        code.AddRange([0x5f, 0x51, 0x02, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]); // RETURN(success · answer)
        if (code.Count != length) throw new InvalidOperationException($"the simulation has {code.Count} bytes, not {length}");
        return new ContractCall { To = null, Data = (byte[])[.. code, .. prepare, .. question] };

        void Push3(int value) => code.AddRange([0x62, (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        void Copy(int size, int from)
        {
            Push3(size);
            Push3(from);
            code.AddRange([0x5f, 0x39]);
        }
    }
}
