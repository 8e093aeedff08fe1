using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Execution;

sealed partial class Machine
{
    /// <summary>Why the interpreter left a frame.</summary>
    enum Halt
    {
        /// <summary>It did not; the instruction was answered at once.</summary>
        None,
        /// <summary>A call or creation stands ready in the next frame.</summary>
        Call,
        Stopped,
        Reverted,
        Failed,
    }

    /// <summary>Runs a frame until it halts or calls.</summary>
    /// <remarks>
    /// Program counter, stack depth and gas live in locals, so that the processor keeps them in registers; an instruction that needs the frame
    /// writes them there first and reads the gas back. No instruction here allocates. The stack is never indexed out of range, because the table
    /// is asked first, and the code is padded, which is what makes the unchecked references safe.
    /// </remarks>
    Halt Interpret(Frame frame)
    {
        ref var stack = ref MemoryMarshal.GetReference(frame.Stack);
        ref byte code = ref MemoryMarshal.GetArrayDataReference(frame.Code.Padded);
        ref var table = ref MemoryMarshal.GetArrayDataReference(instructions);
        var destinations = frame.Code.JumpDestinations;
        int pc = frame.Pc, depth = frame.Top;
        long gas = frame.Gas;

        for (; ; )
        {
            int opcode = Unsafe.Add(ref code, pc);
            ref readonly var instruction = ref Unsafe.Add(ref table, opcode);
            if ((gas -= instruction.Gas) < 0 || !instruction.Admits(depth)) return Refuse(frame, opcode, depth);
            pc++;
            // The item that most instructions leave: where a binary operation puts its result is where its second operand was.
            ref var first = ref Unsafe.Add(ref stack, depth - 1);
            ref var second = ref Unsafe.Add(ref stack, depth - 2);
            switch ((Opcode)opcode)
            {
                case Opcode.Stop:
                    (frame.Gas, frame.Output) = (gas, default);
                    return Halt.Stopped;

                case Opcode.Add: UInt256.AddOverflows(first, second, out second); depth--; break;
                case Opcode.Mul: second = first * second; depth--; break;
                case Opcode.Sub: UInt256.SubtractUnderflows(first, second, out second); depth--; break;
                case Opcode.Div: second = first / second; depth--; break;
                case Opcode.SDiv: second = UInt256.DivideSigned(first, second); depth--; break;
                case Opcode.Mod: second = first % second; depth--; break;
                case Opcode.SMod: second = UInt256.RemainderSigned(first, second); depth--; break;
                case Opcode.AddMod: Unsafe.Add(ref stack, depth - 3) = UInt256.AddMod(first, second, Unsafe.Add(ref stack, depth - 3)); depth -= 2; break;
                case Opcode.MulMod: Unsafe.Add(ref stack, depth - 3) = UInt256.MulMod(first, second, Unsafe.Add(ref stack, depth - 3)); depth -= 2; break;
                case Opcode.Exp:
                    if ((gas -= Gas.ExpByte * second.ByteLength) < 0) return Fail(Fault.OutOfGas);
                    second = UInt256.Pow(first, second);
                    depth--;
                    break;
                case Opcode.SignExtend: second = UInt256.SignExtend(first, second); depth--; break;

                case Opcode.Lt: second = first < second ? UInt256.One : default; depth--; break;
                case Opcode.Gt: second = first > second ? UInt256.One : default; depth--; break;
                case Opcode.SLt: second = first.CompareSigned(second) < 0 ? UInt256.One : default; depth--; break;
                case Opcode.SGt: second = first.CompareSigned(second) > 0 ? UInt256.One : default; depth--; break;
                case Opcode.Eq: second = first == second ? UInt256.One : default; depth--; break;
                case Opcode.IsZero: first = first.IsZero ? UInt256.One : default; break;
                case Opcode.And: second = first & second; depth--; break;
                case Opcode.Or: second = first | second; depth--; break;
                case Opcode.Xor: second = first ^ second; depth--; break;
                case Opcode.Not: first = ~first; break;
                case Opcode.Byte: second = new UInt256(UInt256.Byte(first, second)); depth--; break;
                case Opcode.Shl: second = UInt256.ShiftLeft(first, second); depth--; break;
                case Opcode.Shr: second = UInt256.ShiftRight(first, second); depth--; break;
                case Opcode.Sar: second = UInt256.ShiftRightSigned(first, second); depth--; break;

                case Opcode.Clz: first = new UInt256((ulong)(256 - first.BitLength)); break;

                case Opcode.Keccak256:
                    frame.Gas = gas;
                    if (!Hash(frame, first, ref second)) return Halt.Failed;
                    gas = frame.Gas;
                    depth--;
                    break;

                case Opcode.Address: Unsafe.Add(ref stack, depth++) = frame.Self.Address.ToWord(); break;
                case Opcode.Origin: Unsafe.Add(ref stack, depth++) = transaction.Origin.ToWord(); break;
                case Opcode.Caller: Unsafe.Add(ref stack, depth++) = frame.Caller.ToWord(); break;
                case Opcode.CallValue: Unsafe.Add(ref stack, depth++) = frame.Value; break;
                case Opcode.CallDataLoad: first = LoadCallData(frame.Input.Span, first); break;
                case Opcode.CallDataSize: Unsafe.Add(ref stack, depth++) = new UInt256((ulong)frame.Input.Length); break;
                case Opcode.CodeSize: Unsafe.Add(ref stack, depth++) = new UInt256((ulong)frame.Code.Length); break;
                case Opcode.GasPrice: Unsafe.Add(ref stack, depth++) = transaction.GasPrice; break;
                case Opcode.ReturnDataSize: Unsafe.Add(ref stack, depth++) = new UInt256((ulong)frame.ReturnData.Length); break;
                case Opcode.Coinbase: Unsafe.Add(ref stack, depth++) = block.Coinbase.ToWord(); break;
                case Opcode.Timestamp: Unsafe.Add(ref stack, depth++) = new UInt256(block.Timestamp); break;
                case Opcode.Number: Unsafe.Add(ref stack, depth++) = new UInt256(block.Number); break;
                case Opcode.PrevRandao: Unsafe.Add(ref stack, depth++) = Word(block.PrevRandao); break;
                case Opcode.GasLimit: Unsafe.Add(ref stack, depth++) = new UInt256(block.GasLimit); break;
                case Opcode.ChainId: Unsafe.Add(ref stack, depth++) = new UInt256(block.ChainId); break;
                case Opcode.SelfBalance: Unsafe.Add(ref stack, depth++) = frame.Self.Balance; break;
                case Opcode.BaseFee: Unsafe.Add(ref stack, depth++) = block.BaseFee; break;
                case Opcode.BlobBaseFee: Unsafe.Add(ref stack, depth++) = block.BlobBaseFee; break;
                case Opcode.BlobHash: first = BlobHash(first); break;
                case Opcode.BlockHash: first = BlockHash(first); break;

                case Opcode.CallDataCopy:
                    frame.Gas = gas;
                    if (!Copy(frame, frame.Input.Span, first, second, Unsafe.Add(ref stack, depth - 3))) return Halt.Failed;
                    gas = frame.Gas;
                    depth -= 3;
                    break;
                case Opcode.CodeCopy:
                    frame.Gas = gas;
                    if (!Copy(frame, frame.Code.Bytes, first, second, Unsafe.Add(ref stack, depth - 3))) return Halt.Failed;
                    gas = frame.Gas;
                    depth -= 3;
                    break;
                case Opcode.ReturnDataCopy:
                    frame.Gas = gas;
                    if (!CopyReturnData(frame, first, second, Unsafe.Add(ref stack, depth - 3))) return Halt.Failed;
                    gas = frame.Gas;
                    depth -= 3;
                    break;
                case Opcode.MCopy:
                    frame.Gas = gas;
                    if (!CopyMemory(frame, first, second, Unsafe.Add(ref stack, depth - 3))) return Halt.Failed;
                    gas = frame.Gas;
                    depth -= 3;
                    break;

                case Opcode.Balance or Opcode.ExtCodeSize or Opcode.ExtCodeHash:
                    frame.Gas = gas;
                    if (!AskAccount(frame, (Opcode)opcode, ref first)) return Halt.Failed;
                    gas = frame.Gas;
                    break;
                case Opcode.ExtCodeCopy:
                    frame.Gas = gas;
                    if (!CopyForeignCode(frame, first, second, Unsafe.Add(ref stack, depth - 3), Unsafe.Add(ref stack, depth - 4))) return Halt.Failed;
                    gas = frame.Gas;
                    depth -= 4;
                    break;

                case Opcode.Pop: depth--; break;
                case Opcode.MLoad:
                    {
                        if (!frame.TryWord(first, out var word))
                        {
                            frame.Gas = gas;
                            if (!Reach(frame, first, 32)) return Halt.Failed;
                            gas = frame.Gas;
                            word = frame.Slice(first, 32);
                        }
                        first = UInt256.ReadBigEndian(word);
                        break;
                    }
                case Opcode.MStore:
                    {
                        if (!frame.TryWord(first, out var word))
                        {
                            frame.Gas = gas;
                            if (!Reach(frame, first, 32)) return Halt.Failed;
                            gas = frame.Gas;
                            word = frame.Slice(first, 32);
                        }
                        second.WriteBigEndian(word);
                        depth -= 2;
                        break;
                    }
                case Opcode.MStore8:
                    frame.Gas = gas;
                    if (!Reach(frame, first, 1)) return Halt.Failed;
                    gas = frame.Gas;
                    frame.Slice(first, 1)[0] = (byte)second.U0;
                    depth -= 2;
                    break;
                case Opcode.SLoad:
                    frame.Gas = gas;
                    if (!LoadStorage(frame, ref first)) return Halt.Failed;
                    gas = frame.Gas;
                    break;
                case Opcode.SStore:
                    frame.Gas = gas;
                    if (!StoreStorage(frame, first, second)) return Halt.Failed;
                    gas = frame.Gas;
                    depth -= 2;
                    break;
                case Opcode.TLoad: first = world.LoadTransient(frame.Self.Address, first); break;
                case Opcode.TStore:
                    if (frame.IsStatic) return Fail(Fault.StaticViolation);
                    world.StoreTransient(frame.Self, first, second);
                    depth -= 2;
                    break;

                case Opcode.Jump:
                    depth--;
                    if (!IsDestination(destinations, first)) return Fail(Fault.InvalidJump);
                    pc = (int)first.U0;
                    break;
                case Opcode.JumpI:
                    depth -= 2;
                    if (second.IsZero) break;
                    if (!IsDestination(destinations, first)) return Fail(Fault.InvalidJump);
                    pc = (int)first.U0;
                    break;
                case Opcode.Pc: Unsafe.Add(ref stack, depth++) = new UInt256((ulong)(pc - 1)); break;
                case Opcode.MSize: Unsafe.Add(ref stack, depth++) = new UInt256((ulong)frame.MemorySize); break;
                case Opcode.Gas: Unsafe.Add(ref stack, depth++) = new UInt256((ulong)gas); break;
                case Opcode.JumpDest: break;

                case Opcode.Push0: Unsafe.Add(ref stack, depth++) = default; break;
                case Opcode.Push1: Unsafe.Add(ref stack, depth++) = new UInt256(Unsafe.Add(ref code, pc)); pc++; break;
                case Opcode.Push1 + 1:
                    Unsafe.Add(ref stack, depth++) = new UInt256((ulong)(Unsafe.Add(ref code, pc) << 8 | Unsafe.Add(ref code, pc + 1)));
                    pc += 2;
                    break;
                case >= Opcode.Push1 + 2 and <= Opcode.Push32:
                    {
                        int length = opcode - (int)Opcode.Push1 + 1;
                        Unsafe.Add(ref stack, depth++) = UInt256.ReadBigEndian(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref code, pc), length));
                        pc += length;
                        break;
                    }
                case >= Opcode.Dup1 and <= Opcode.Dup16:
                    Unsafe.Add(ref stack, depth) = Unsafe.Add(ref stack, depth - 1 - (opcode - (int)Opcode.Dup1));
                    depth++;
                    break;
                case >= Opcode.Swap1 and <= Opcode.Swap16:
                    {
                        ref var other = ref Unsafe.Add(ref stack, depth - 2 - (opcode - (int)Opcode.Swap1));
                        (first, other) = (other, first);
                        break;
                    }

                case >= Opcode.Log0 and <= Opcode.Log4:
                    {
                        int topics = opcode - (int)Opcode.Log0;
                        (frame.Gas, frame.Top) = (gas, depth);
                        if (!Emit(frame, topics)) return Halt.Failed;
                        gas = frame.Gas;
                        depth -= 2 + topics;
                        break;
                    }

                case Opcode.Return or Opcode.Revert:
                    frame.Gas = gas;
                    if (!frame.Expand(first, second)) return Fail(Fault.OutOfGas);
                    frame.Output = frame.Range(first, second);
                    return opcode == (int)Opcode.Return ? Halt.Stopped : Halt.Reverted;

                case Opcode.Call or Opcode.CallCode or Opcode.DelegateCall or Opcode.StaticCall or Opcode.Create or Opcode.Create2:
                    {
                        (frame.Pc, frame.Top, frame.Gas) = (pc, depth, gas);
                        var halt = (Opcode)opcode is Opcode.Create or Opcode.Create2
                            ? Create(frame, (Opcode)opcode == Opcode.Create2)
                            : Call(frame, (Opcode)opcode);
                        if (halt != Halt.None) return halt;
                        (depth, gas) = (frame.Top, frame.Gas);
                        break;
                    }

                case Opcode.SelfDestruct:
                    frame.Gas = gas;
                    if (!SelfDestruct(frame, first)) return Halt.Failed;
                    frame.Output = default;
                    return Halt.Stopped;

                default: return Fail(Fault.InvalidOpcode);
            }
        }
    }

    // One comparison of the stack covers opcodes that do not exist, so the reason is found here, off the hot path. A price would not do: gas may exceed any.
    Halt Refuse(Frame frame, int opcode, int depth)
    {
        ref readonly var instruction = ref instructions[opcode];
        if (!instruction.Exists) return Fail(Fault.InvalidOpcode);
        frame.Gas = 0;
        if (depth < instruction.Least) return Fail(Fault.StackUnderflow);
        return Fail(instruction.Admits(depth) ? Fault.OutOfGas : Fault.StackOverflow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsDestination(ulong[] destinations, in UInt256 target)
    {
        if (!target.IsUInt64) return false;
        ulong word = target.U0 >> 6;
        return word < (ulong)destinations.Length && (destinations[word] >> (int)(target.U0 & 63) & 1) != 0;
    }
}
