using System.Runtime.CompilerServices;

namespace Counterfoil.DevChain.Execution;

/// <summary>What every execution of an opcode costs at least, and what it needs of the stack; one table, looked up before each instruction.</summary>
readonly struct Instruction
{
    /// <summary>The part of the price that does not depend on operands.</summary>
    public readonly int Gas;
    /// <summary>Fewest items that must be on the stack: more than a stack can hold for an opcode that does not exist, so that it needs no test of its own.</summary>
    public readonly short Least;
    /// <summary>The items that may be above <see cref="Least"/>, so that one unsigned comparison finds underflow and overflow.</summary>
    public readonly short Span;

    const int Undefined = 1025;

    Instruction(int gas, int pops, int pushes)
    {
        Gas = gas;
        Least = (short)pops;
        Span = (short)Math.Max(0, Math.Min(1024, 1024 - pushes + pops) - pops);
    }

    static readonly Instruction[] UntilPrague = Build(Fork.Prague), SinceOsaka = Build(Fork.Osaka);

    /// <summary>The table of a fork.</summary>
    public static Instruction[] Table(Fork fork) => fork >= Fork.Osaka ? SinceOsaka : UntilPrague;

    /// <summary>True for an opcode that the fork defines; <see cref="Opcode.Invalid"/> is defined to fail.</summary>
    public bool Exists => Least < Undefined;

    static Instruction[] Build(Fork fork)
    {
        var table = new Instruction[256];
        Array.Fill(table, new Instruction(0, Undefined, 0));
        void Set(Opcode opcode, int gas, int pops, int pushes) => table[(int)opcode] = new Instruction(gas, pops, pushes);
        void Each(int gas, int pops, int pushes, params ReadOnlySpan<Opcode> opcodes)
        {
            foreach (var opcode in opcodes) Set(opcode, gas, pops, pushes);
        }

        Each(0, 0, 0, Opcode.Stop);
        Each(3, 2, 1, Opcode.Add, Opcode.Sub, Opcode.Lt, Opcode.Gt, Opcode.SLt, Opcode.SGt, Opcode.Eq, Opcode.And, Opcode.Or, Opcode.Xor,
            Opcode.Byte, Opcode.Shl, Opcode.Shr, Opcode.Sar);
        Each(5, 2, 1, Opcode.Mul, Opcode.Div, Opcode.SDiv, Opcode.Mod, Opcode.SMod, Opcode.SignExtend);
        if (fork >= Fork.Osaka) Each(5, 1, 1, Opcode.Clz);
        Each(8, 3, 1, Opcode.AddMod, Opcode.MulMod);
        Each(10, 2, 1, Opcode.Exp);
        Each(3, 1, 1, Opcode.IsZero, Opcode.Not, Opcode.CallDataLoad);
        Each(30, 2, 1, Opcode.Keccak256);
        Each(2, 0, 1, Opcode.Address, Opcode.Origin, Opcode.Caller, Opcode.CallValue, Opcode.CallDataSize, Opcode.CodeSize, Opcode.GasPrice,
            Opcode.ReturnDataSize, Opcode.Coinbase, Opcode.Timestamp, Opcode.Number, Opcode.PrevRandao, Opcode.GasLimit, Opcode.ChainId,
            Opcode.BaseFee, Opcode.BlobBaseFee, Opcode.Pc, Opcode.MSize, Opcode.Gas, Opcode.Push0);
        Each(3, 3, 0, Opcode.CallDataCopy, Opcode.CodeCopy, Opcode.ReturnDataCopy, Opcode.MCopy);
        Each(0, 1, 1, Opcode.Balance, Opcode.ExtCodeSize, Opcode.ExtCodeHash, Opcode.SLoad);
        Each(0, 4, 0, Opcode.ExtCodeCopy);
        Each(20, 1, 1, Opcode.BlockHash);
        Each(5, 0, 1, Opcode.SelfBalance);
        Each(3, 1, 1, Opcode.BlobHash, Opcode.MLoad);
        Each(2, 1, 0, Opcode.Pop);
        Each(3, 2, 0, Opcode.MStore, Opcode.MStore8);
        Each(0, 2, 0, Opcode.SStore);
        Each(8, 1, 0, Opcode.Jump);
        Each(10, 2, 0, Opcode.JumpI);
        Each(1, 0, 0, Opcode.JumpDest);
        Each(100, 1, 1, Opcode.TLoad);
        Each(100, 2, 0, Opcode.TStore);
        for (int i = 0; i < 32; i++) Set((Opcode)((int)Opcode.Push1 + i), 3, 0, 1);
        for (int i = 0; i < 16; i++)
        {
            Set((Opcode)((int)Opcode.Dup1 + i), 3, i + 1, i + 2);
            Set((Opcode)((int)Opcode.Swap1 + i), 3, i + 2, i + 2);
        }
        for (int i = 0; i <= 4; i++) Set((Opcode)((int)Opcode.Log0 + i), 375 + 375 * i, i + 2, 0);
        Each(32_000, 3, 1, Opcode.Create);
        Each(32_000, 4, 1, Opcode.Create2);
        Each(0, 7, 1, Opcode.Call, Opcode.CallCode);
        Each(0, 6, 1, Opcode.DelegateCall, Opcode.StaticCall);
        Each(0, 2, 0, Opcode.Return, Opcode.Revert);
        Each(5_000, 1, 0, Opcode.SelfDestruct);
        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Admits(int depth) => (uint)(depth - Least) <= (uint)Span;
}
