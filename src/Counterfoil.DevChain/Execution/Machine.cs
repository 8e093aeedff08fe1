using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Execution;

/// <summary>The Ethereum Virtual Machine from Cancun to Osaka: runs messages against a <see cref="World"/>, with gas exact to the unit.</summary>
/// <remarks>
/// Yellow Paper §9 (Shanghai revision) with the EIPs of Cancun: 1153 (transient storage), 4844 (BLOBHASH), 5656 (MCOPY), 6780 (SELFDESTRUCT),
/// 7516 (BLOBBASEFEE); of Prague: 7702 (delegation); of Osaka: 7939 (CLZ). Calls nest on a list of frames and not on the host's stack, so that 1024 of them are as safe as one.
/// Held to the GeneralStateTests of ethereum/tests for Cancun. One machine serves one thread; frames are reused from message to message.
/// </remarks>
sealed partial class Machine(World world, BlockContext block, TransactionContext transaction)
{
    World world = world;
    BlockContext block = block;
    TransactionContext transaction = transaction;
    Instruction[] instructions = Instruction.Table(block.Fork);
    PrecompileSet precompiles = PrecompileSet.Of(block.Fork);
    readonly List<Frame> frames = [];
    Fault fault;

    /// <summary>Who is told of calls, if anyone.</summary>
    public ICallObserver? Observer { get; set; }

    /// <summary>Makes the machine run in another context, keeping its frames.</summary>
    public void Reset(World newWorld, BlockContext newBlock, TransactionContext newTransaction)
    {
        (world, block, transaction) = (newWorld, newBlock, newTransaction);
        (instructions, precompiles) = (Instruction.Table(block.Fork), PrecompileSet.Of(block.Fork));
    }

    /// <summary>The account whose code a call of <paramref name="account"/> runs in place of its own (EIP-7702). A delegate's own delegation is not followed, and one to a precompile runs nothing.</summary>
    Account? DelegateOf(Account account) => account.Code.DelegatesTo is { } other && block.Fork >= Fork.Prague ? world[other] : null;

    /// <summary>Runs a message to its end. What it did stays in the world unless it failed.</summary>
    /// <exception cref="AbsentPrecompileException">The program called a precompile that this machine does not have; the world is then to be reverted by the caller.</exception>
    public Outcome Run(in Message message)
    {
        fault = Fault.None;
        var from = world[message.From];
        Observer?.Enter(message.To is null ? Opcode.Create : Opcode.Call, message.From, message.To ?? Address.Created(message.From, message.CreatorNonce), message.Value, message.Data.Span, message.Gas);
        var outcome = message.To is { } to ? RunCall(message, from, to) : RunCreation(message, from);
        Observer?.Exit(outcome.GasLeft, outcome.Output.Span, outcome.Fault);
        return outcome;
    }

    Outcome RunCall(in Message message, Account from, Address to)
    {
        var before = world.Now;
        var callee = world[to];
        Transfer(from, callee, message.Value);
        if (precompiles.At(to) is { } precompile)
        {
            long gas = message.Gas;
            var output = Run(precompile, message.Data.Span, ref gas);
            if (output is null) world.Revert(before);
            return new Outcome(output is null ? fault : Fault.None, gas, output, null);
        }
        var executed = DelegateOf(callee);
        if (executed is not null) world.Warm(executed);
        var code = (executed ?? callee).Code;
        if (code.Length == 0) return new Outcome(Fault.None, message.Gas, default, null);
        var frame = FrameAt(0);
        frame.Begin(code, message.Data, callee, message.From, message.Value, message.Gas, isStatic: false);
        (frame.Before, frame.IsCreation) = (before, false);
        var end = RunFrames(frame);
        return new Outcome(end, frame.Gas, frame.Output.ToArray(), null);
    }

    Outcome RunCreation(in Message message, Account from)
    {
        var address = Address.Created(message.From, message.CreatorNonce);
        var created = world[address];
        world.Warm(created);
        if (IsTaken(created)) return new Outcome(Fault.AddressTaken, 0, default, address);
        var frame = FrameAt(0);
        BeginCreation(frame, from, created, new Code(message.Data.Span), message.Value, message.Gas);
        var end = RunFrames(frame);
        return new Outcome(end, frame.Gas, frame.Output.ToArray(), address);
    }

    /// <summary>Runs the frame and all that it calls.</summary>
    Fault RunFrames(Frame frame)
    {
        for (; ; )
        {
            var halt = Interpret(frame);
            if (halt == Halt.Call)
            {
                frame = FrameAt(frame.Depth + 1);
                continue;
            }
            var end = End(frame, halt);
            if (frame.Depth == 0) return end;
            Observer?.Exit(frame.Gas, frame.Output.Span, end);
            var caller = frames[frame.Depth - 1];
            Deliver(frame, end, caller);
            frame = caller;
        }
    }

    // What remains to be done when a frame halts: a creation leaves code behind, and a failure leaves nothing.
    Fault End(Frame frame, Halt halt)
    {
        var end = halt switch { Halt.Failed => fault, Halt.Reverted => Fault.Reverted, _ => Fault.None };
        if (end == Fault.None && frame.IsCreation) end = Deposit(frame);
        if (end == Fault.None) return end;
        world.Revert(frame.Before);
        if (end != Fault.Reverted) (frame.Gas, frame.Output) = (0, default);
        return end;
    }

    Fault Deposit(Frame frame)
    {
        var code = frame.Output.Span;
        if (code.Length > Gas.MaxCodeSize) return Fault.CodeTooLong;
        if (code is [0xef, ..]) return Fault.ReservedCode;
        if (!frame.Charge(Gas.CodeDeposit * code.Length)) return Fault.OutOfGas;
        if (code.Length > 0) world.SetCode(frame.Self, new Code(code));
        return Fault.None;
    }

    static void Deliver(Frame frame, Fault end, Frame caller)
    {
        caller.Gas += frame.Gas;
        bool succeeded = end == Fault.None;
        ref var result = ref caller.Stack[caller.Top++];
        if (frame.IsCreation)
        {
            result = succeeded ? frame.Self.Address.ToWord() : default;
            caller.ReturnData = end == Fault.Reverted ? frame.Output : default;
            return;
        }
        result = succeeded ? UInt256.One : default;
        caller.ReturnData = frame.Output;
        CopyOutput(caller, frame.OutputOffset, frame.OutputLength);
    }

    static void CopyOutput(Frame caller, int offset, int length)
    {
        int count = Math.Min(length, caller.ReturnData.Length);
        if (count > 0) caller.ReturnData.Span[..count].CopyTo(caller.Slice(offset, count));
    }

    Frame FrameAt(int depth)
    {
        while (frames.Count <= depth) frames.Add(new Frame(frames.Count));
        return frames[depth];
    }
}
