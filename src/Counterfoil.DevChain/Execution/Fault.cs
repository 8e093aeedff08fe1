namespace Counterfoil.DevChain.Execution;

/// <summary>Why execution halted exceptionally: all gas of the frame is gone and everything it did is undone (Yellow Paper §9.4.2).</summary>
public enum Fault
{
    /// <summary>It did not.</summary>
    None,
    /// <summary>The program reverted by its own decision; unspent gas and a reason go back to the caller.</summary>
    Reverted,
    /// <summary>The gas did not suffice.</summary>
    OutOfGas,
    /// <summary>An instruction needed more items than the stack held.</summary>
    StackUnderflow,
    /// <summary>The stack would have held more than 1024 items.</summary>
    StackOverflow,
    /// <summary>A byte that is no instruction of the fork, or INVALID itself.</summary>
    InvalidOpcode,
    /// <summary>A jump to somewhere that is not a JUMPDEST.</summary>
    InvalidJump,
    /// <summary>A change of state inside a static call (EIP-214).</summary>
    StaticViolation,
    /// <summary>RETURNDATACOPY beyond the data (EIP-211).</summary>
    ReturnDataOutOfBounds,
    /// <summary>Initialisation code longer than EIP-3860 allows.</summary>
    InitCodeTooLong,
    /// <summary>A creation returned code longer than EIP-170 allows.</summary>
    CodeTooLong,
    /// <summary>A creation returned code that begins with 0xEF (EIP-3541).</summary>
    ReservedCode,
    /// <summary>The new contract's address is taken (EIP-684, EIP-7610).</summary>
    AddressTaken,
    /// <summary>A precompile refused its input.</summary>
    PrecompileFailed,
}
