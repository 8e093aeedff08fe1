using System.Security.Cryptography;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.Chain.Anvil;

/// <summary>Contracts of random instructions that mostly have operands they can use, and transactions that create and call them.</summary>
/// <remarks>What two chains may rightly differ in is not asked for: time, block number and hash, coinbase, fees.</remarks>
sealed class RandomPrograms
{
    public const ulong Slots = 12;

#pragma warning disable CA5394 // Randomness for tests, which has to be replayed.
    readonly Random random;
    readonly Address sender;
    readonly Fork fork;

    // Accounts that let others' code run for them, with the nonce that each is thought to have.
    readonly List<(Secp256k1PrivateKey Key, ulong Nonce)> delegating = [];

    // What inner creations run, to be met again: CREATE2 with code and salt of before finds its address taken.
    readonly List<byte[]> inner = [];

    public RandomPrograms(int seed, Address sender, Fork fork)
    {
        (random, this.sender, this.fork) = (new Random(seed), sender, fork);
        if (fork < Fork.Prague) return;
        for (int i = 0; i < 6; i++) delegating.Add((ChainFixture.KeyOf($"delegating {i}"), 0));
        Deployed.AddRange(Delegating);
    }

    static readonly Opcode[] Arithmetic =
    [
        Opcode.Add, Opcode.Mul, Opcode.Sub, Opcode.Div, Opcode.SDiv, Opcode.Mod, Opcode.SMod, Opcode.Exp, Opcode.SignExtend, Opcode.Lt, Opcode.Gt,
        Opcode.SLt, Opcode.SGt, Opcode.Eq, Opcode.And, Opcode.Or, Opcode.Xor, Opcode.Byte, Opcode.Shl, Opcode.Shr, Opcode.Sar,
    ];
    static readonly Opcode[] Questions =
    [
        Opcode.Address, Opcode.Origin, Opcode.Caller, Opcode.CallValue, Opcode.CallDataSize, Opcode.CodeSize, Opcode.ReturnDataSize, Opcode.ChainId,
        Opcode.SelfBalance, Opcode.MSize, Opcode.Gas, Opcode.Pc, Opcode.GasLimit, Opcode.BlobBaseFee,
    ];
    static readonly ulong[] Callable = [1, 2, 3, 4, 5, 9, 0x100];

    /// <summary>Accounts that may delegate. They need a wei each: Foundry's chain pays EIP-7702's refund for an account that is there also where none is.</summary>
    public IEnumerable<Address> Delegating => delegating.Select(account => account.Key.Address);

    /// <summary>Contracts that may exist, by the nonces that created them, and accounts that may delegate.</summary>
    public List<Address> Deployed { get; } = [];

    public Transaction Next(ulong nonce, ulong chainId)
    {
        bool creates = Deployed.Count < 14 || random.Next(4) == 0;
        var transaction = new Transaction
        {
            Type = (TransactionType)random.Next(3),
            ChainId = chainId, Nonce = nonce, MaxPriorityFeePerGas = 3_000_000_000, MaxFeePerGas = 3_000_000_000,
            GasLimit = (ulong)random.Next(150_000, 2_000_000),
            To = creates ? null : Deployed[random.Next(Deployed.Count)],
            Value = random.Next(3) == 0 ? (UInt256)random.Next(1_000) : default,
            // Much data costs its floor, whatever runs.
            Data = creates ? Creation() : Bytes(random.Next(8) == 0 ? random.Next(3_000) : random.Next(100)),
        };
        if (!creates && fork >= Fork.Prague && random.Next(4) == 0)
            transaction = transaction with { Type = TransactionType.SetCode, Authorizations = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => NextAuthorization(chainId))] };
        if (transaction.Type != TransactionType.Legacy && Deployed.Count > 0 && random.Next(2) == 0)
            transaction = transaction with { AccessList = [new AccessListEntry(Deployed[random.Next(Deployed.Count)], [new Bytes32(((UInt256)random.Next(4)).ToBigEndian())])] };
        if (creates) Deployed.Add(Address.Created(sender, nonce));
        return transaction;
    }

    // Most are valid. The others name another chain or nonce, or are not signed; delegates are contracts, accounts that delegate themselves, precompiles or nobody.
    SignedAuthorization NextAuthorization(ulong chainId)
    {
        int who = random.Next(delegating.Count);
        var (key, nonce) = delegating[who];
        var delegated = random.Next(8) switch { 0 => default, 1 => Address.FromWord((ulong)random.Next(1, 6)), _ => Deployed[random.Next(Deployed.Count)] };
        int flaw = random.Next(10);
        var signed = new Authorization(flaw == 0 ? chainId + 1 : flaw == 1 ? 0 : chainId, delegated, flaw == 2 ? nonce + 1 : nonce).Sign(key);
        if (flaw == 3) signed = signed with { S = Secp256k1Order - signed.S };
        else if (flaw == 4) signed = signed with { YParity = (byte)random.Next(2, 256) };
        if (flaw is 1 or > 4) delegating[who] = (key, nonce + 1);
        return signed;
    }

    static readonly UInt256 Secp256k1Order = UInt256.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // Copies what follows it to memory and returns it as the contract's code.
    byte[] Creation()
    {
        byte[] body = Body(random.Next(5, 40), depth: 0);
        return [0x61, (byte)(body.Length >> 8), (byte)body.Length, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3, .. body];
    }

    byte[] Body(int steps, int depth)
    {
        var code = new List<byte>();
        for (int i = 0; i < steps; i++) Step(code, depth);
        // What it computed is told: a log of the memory, and all of the memory returned.
        Push(code, (ulong)random.Next(3));
        Emit(code, Opcode.MSize, Opcode.Push0, Opcode.Log0 + 1);
        Emit(code, Opcode.MSize, Opcode.Push0, random.Next(8) == 0 ? Opcode.Revert : Opcode.Return);
        return [.. code];
    }

    void Step(List<byte> code, int depth)
    {
        switch (random.Next(22))
        {
            case < 6:
                Operand(code);
                Operand(code);
                Emit(code, Arithmetic[random.Next(Arithmetic.Length)]);
                Keep(code);
                break;
            case 6:
                Operand(code);
                Operand(code);
                Operand(code);
                Emit(code, random.Next(2) == 0 ? Opcode.AddMod : Opcode.MulMod);
                Keep(code);
                break;
            case 7:
                Emit(code, Questions[random.Next(Questions.Length)]);
                Keep(code);
                break;
            case 8:
                Small(code, 200);
                Small(code, 300);
                Emit(code, Opcode.Keccak256);
                Keep(code);
                break;
            case 9:
                Push(code, (ulong)random.Next((int)Slots));
                Emit(code, random.Next(3) == 0 ? Opcode.TLoad : Opcode.SLoad);
                Keep(code);
                break;
            case 10:
                Operand(code);
                Push(code, (ulong)random.Next((int)Slots));
                Emit(code, random.Next(3) == 0 ? Opcode.TStore : Opcode.SStore);
                break;
            case 11:
                Small(code, 100);
                Small(code, 200);
                Small(code, 200);
                Opcode[] copies = [Opcode.CallDataCopy, Opcode.CodeCopy, Opcode.MCopy, Opcode.ReturnDataCopy];
                // RETURNDATACOPY beyond the data fails, so it is rarer.
                Emit(code, copies[random.Next(random.Next(5) == 0 ? 4 : 3)]);
                break;
            case 12:
                Target(code);
                Emit(code, new[] { Opcode.Balance, Opcode.ExtCodeSize, Opcode.ExtCodeHash }[random.Next(3)]);
                Keep(code);
                break;
            case 13:
                int topics = random.Next(5);
                for (int i = 0; i < topics; i++) Operand(code);
                Small(code, 100);
                Small(code, 200);
                Emit(code, Opcode.Log0 + (byte)topics);
                break;
            case < 17: Call(code); break;
            case 17 when depth < 2: Create(code, depth); break;
            case 18:
                // A jump over a byte that is no instruction.
                Push(code, (ulong)(code.Count + 5), width: 2);
                Emit(code, Opcode.Jump, Opcode.Invalid, Opcode.JumpDest);
                break;
            case 19 when random.Next(12) == 0:
                Target(code);
                Emit(code, Opcode.SelfDestruct);
                break;
            // In a fork that does not know them, the one is an error and the other the call of nobody.
            case 20 when fork >= Fork.Osaka || random.Next(8) == 0:
                Operand(code);
                if (random.Next(2) == 0)
                {
                    Small(code, 257);
                    Emit(code, Opcode.Shr);
                }
                Emit(code, Opcode.Clz);
                Keep(code);
                break;
            case 21: VerifyP256(code); break;
            default:
                Operand(code);
                Emit(code, Opcode.IsZero, Opcode.Not);
                Keep(code);
                break;
        }
    }

    void Call(List<byte> code)
    {
        var kind = new[] { Opcode.Call, Opcode.CallCode, Opcode.DelegateCall, Opcode.StaticCall }[random.Next(4)];
        Small(code, 100); // output length, offset, input length, offset
        Small(code, 100);
        Small(code, 250);
        Small(code, 100);
        if (kind is Opcode.Call or Opcode.CallCode) Push(code, random.Next(3) == 0 ? (ulong)random.Next(5) : 0);
        if (random.Next(3) == 0) Push(code, Callable[random.Next(Callable.Length)]);
        else Target(code);
        if (random.Next(3) == 0) Push(code, (ulong)random.Next(200_000));
        else Emit(code, Opcode.Gas);
        Emit(code, kind);
        Keep(code);
    }

    // A signature that is valid, but for one bit of every third.
    void VerifyP256(List<byte> code)
    {
        byte[] digest = Bytes(32);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        byte[] input = [.. digest, .. key.SignHash(digest), .. point.X!, .. point.Y!];
        if (random.Next(3) == 0) input[random.Next(160)] ^= (byte)(1 << random.Next(8));
        for (int i = 0; i < 5; i++)
        {
            Emit(code, Opcode.Push32);
            code.AddRange(input[(32 * i)..(32 * i + 32)]);
            Push(code, (ulong)(32 * i));
            Emit(code, Opcode.MStore);
        }
        Push(code, 32); // output length, offset, input length, offset
        Push(code, 160);
        Push(code, 160);
        Push(code, 0);
        Push(code, 0x100);
        Push(code, (ulong)random.Next(6_800, 7_200));
        Emit(code, Opcode.StaticCall);
        Keep(code);
        Push(code, 160);
        Emit(code, Opcode.MLoad);
        Keep(code);
    }

    void Create(List<byte> code, int depth)
    {
        // Initialisation code of at most 32 bytes, put into memory as one word: it returns some of what it left there, or is gone before anyone saw it.
        byte[] body;
        if (inner.Count > 0 && random.Next(2) == 0) body = inner[random.Next(inner.Count)];
        else
        {
            body = random.Next(4) == 0 ? [(byte)(random.Next(2) == 0 ? Opcode.Address : Opcode.Caller), (byte)Opcode.SelfDestruct] : Body(1, depth + 2);
            if (body.Length > 32) body = body[..32];
            inner.Add(body);
        }
        Emit(code, (Opcode)((byte)Opcode.Push1 + body.Length - 1));
        code.AddRange(body);
        Emit(code, Opcode.Push0, Opcode.MStore);
        bool salted = random.Next(2) == 0;
        if (salted) Push(code, (ulong)random.Next(3));
        Push(code, (ulong)body.Length);
        Push(code, (ulong)(32 - body.Length));
        Push(code, (ulong)random.Next(2));
        Emit(code, salted ? Opcode.Create2 : Opcode.Create);
        Keep(code);
    }

    // Into memory, into storage, or away: the stack neither grows for ever nor runs dry.
    void Keep(List<byte> code)
    {
        switch (random.Next(4))
        {
            case 0:
                Push(code, (ulong)random.Next((int)Slots));
                Emit(code, Opcode.SStore);
                break;
            case 1: Emit(code, Opcode.Pop); break;
            default:
                Push(code, (ulong)(32 * random.Next(8)));
                Emit(code, random.Next(6) == 0 ? Opcode.MStore8 : Opcode.MStore);
                break;
        }
    }

    void Target(List<byte> code)
    {
        if (Deployed.Count == 0 || random.Next(6) == 0) Push(code, (ulong)(0x1000 + random.Next(5)));
        else
        {
            Emit(code, (Opcode)((byte)Opcode.Push1 + 19));
            code.AddRange(Deployed[random.Next(Deployed.Count)].ToArray());
        }
    }

    void Operand(List<byte> code)
    {
        switch (random.Next(6))
        {
            case 0:
                Emit(code, Opcode.Push32);
                code.AddRange(Bytes(32));
                break;
            case 1: Emit(code, Opcode.Push0, Opcode.Not); break;
            case 2:
                Push(code, (ulong)(32 * random.Next(8)));
                Emit(code, Opcode.MLoad);
                break;
            case 3:
                Small(code, 100);
                Emit(code, Opcode.CallDataLoad);
                break;
            default: Small(code, 300); break;
        }
    }

    void Small(List<byte> code, int below) => Push(code, (ulong)random.Next(below));

    static void Push(List<byte> code, ulong value, int width = 0)
    {
        if (value == 0 && width == 0)
        {
            Emit(code, Opcode.Push0);
            return;
        }
        byte[] bytes = ((UInt256)value).ToBigEndian();
        int length = Math.Max(width, ((UInt256)value).ByteLength);
        Emit(code, (Opcode)((byte)Opcode.Push1 + length - 1));
        code.AddRange(bytes[(32 - length)..]);
    }

    static void Emit(List<byte> code, params ReadOnlySpan<Opcode> opcodes)
    {
        foreach (var opcode in opcodes) code.Add((byte)opcode);
    }
}
